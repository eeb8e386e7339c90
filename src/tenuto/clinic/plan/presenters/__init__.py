"""From a proposal to the strings and primitives that the templates print."""
