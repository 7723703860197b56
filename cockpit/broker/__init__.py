"""A broker that lets in only whom it knows, and each of them only where it belongs: certificates, rights, set-up."""
