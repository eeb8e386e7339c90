"""What the portal does by itself and for whoever asks: asking what is due, and counting what is there."""
