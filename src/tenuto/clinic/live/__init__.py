"""What goes on between requests: changes to browsers as they happen, jobs, and the sweep of the outbox."""
