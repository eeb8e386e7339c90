"""The application that records what happened and asks `tenuto.core` what follows."""
