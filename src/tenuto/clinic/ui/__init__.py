"""The visual language: tokens, components, charts and the gallery that shows them all."""
