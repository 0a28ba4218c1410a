//! Border segments found from the cells.
