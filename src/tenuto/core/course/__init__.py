"""What happened to a patient so far, for every stage alike: infusions given, gaps between them, exposure, what is due."""
