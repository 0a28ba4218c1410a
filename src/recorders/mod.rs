//! recorders
