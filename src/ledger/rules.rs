//! Pure rules: quantities in, quantities out.
