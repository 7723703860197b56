"""The gate between what is proposed and what may happen."""
