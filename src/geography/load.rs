//! Reading a map folder.
