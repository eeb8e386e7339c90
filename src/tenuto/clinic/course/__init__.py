"""What happened to a patient so far: infusions as they were given, visits as they were held. Every stage reads it and hands over its facts."""
