//! Typed indices into the tables of the map and the world. An index of one kind cannot be used for another.

macro_rules! id {
    ($(#[$meta:meta])* $name:ident($repr:ty)) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);

        impl $name {
            /// The position in the table that this id indexes.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
            /// The id of a position in a table.
            ///
            /// # Panics
            /// When the table is larger than the id can count, which the map's loader rules out.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(<$repr>::try_from(index).expect(concat!("too many entries for a ", stringify!($name))))
            }
        }
    };
}

id!(
    /// A land cell of the map (or a location of a route network).
    CellId(u32));
id!(
    /// A first-level administrative unit.
    AdminId(u16));
id!(
    /// A territory: the land under one holder, an exclave counted apart.
    TerritoryId(u8));
id!(
    /// A nationality: that of a state of the map, numbered as its territory; past the territories, that of a people whose
    /// own state lies beyond the map.
    NationalityId(u8));
id!(
    /// A community (ethnic group) named by the map.
    CommunityId(u8));
id!(
    /// A border crossing point.
    CrossingId(u16));
id!(
    /// A border segment between two territories, or a sea approach.
    SegmentId(u16));
id!(
    /// A place that a displaced group can head for: town, camp, gate, stretch of green border, edge of the map.
    DestinationId(u16));
id!(
    /// An armed group, numbered in the order of formation.
    ArmedGroupId(u32));
id!(
    /// A displaced group, numbered in the order of departure.
    DisplacedGroupId(u32));

impl From<TerritoryId> for NationalityId {
    /// The nationality of a state's own people.
    fn from(state: TerritoryId) -> Self {
        Self(state.0)
    }
}
