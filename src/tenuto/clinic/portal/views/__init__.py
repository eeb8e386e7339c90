"""What patients see: pages to read that know nobody, and a person's own pages behind a link."""
