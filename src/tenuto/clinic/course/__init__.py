"""What happened to a patient so far: infusions as they were given. Every stage reads it and hands over its facts."""
