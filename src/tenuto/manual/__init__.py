"""The pages of the manual that are written from the code and its data, so that they can't say anything else."""
