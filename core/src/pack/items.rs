//! Items: ids, years and attributes. The same sections stand in the features and in every shard.

use alloc::vec::Vec;

use super::{
    container::{Container, Ints, Writer},
    layout::{MAX_ATTRIBUTE_NAME, MAX_ATTRIBUTES, MAX_ITEMS, MAX_SET, MAX_VALUE, role, section},
    strings::{self, Strings},
};
use crate::{
    error::OpenError,
    ids::{IdKind, ItemId, ItemIx, MAX_ID_BYTES, MAX_ID_INT},
};

/// The items of a part, read in place.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    ids: Ids<'a>,
    /// Rows in the order of their ids.
    order: Ints<'a>,
    /// Year of each item; 0 is unknown.
    pub years: Ints<'a>,
    attribute_names: Strings<'a>,
    /// The attributes, in the writer's order.
    pub attributes: Vec<Attribute<'a>>,
}

#[derive(Clone, Copy, Debug)]
enum Ids<'a> {
    Int(Ints<'a>),
    Str(Strings<'a>),
}

/// An attribute: its dictionary, its distinct sets of values, and the set of each item.
///
/// Set 0 is the empty one: the item has no value. A single-valued attribute has sets of one.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// Name, such as `genre`.
    pub name: &'a str,
    /// What it is for; see [`role`].
    pub role: u8,
    /// The values, sorted.
    pub values: Strings<'a>,
    set_ends: Ints<'a>,
    set_values: Ints<'a>,
    /// The set of each item.
    pub set_of_item: Ints<'a>,
}

impl<'a> Attribute<'a> {
    /// Number of distinct sets, the empty one included.
    pub fn sets(&self) -> usize {
        self.set_ends.len()
    }

    /// The values of a set, ascending, as places in `values`.
    #[inline]
    pub fn set(&self, set: usize) -> impl Iterator<Item = usize> + use<'a> {
        let values = self.set_values;
        self.set_ends.run(set).map(move |i| values.index(i))
    }

    /// Number of values in a set.
    pub fn set_len(&self, set: usize) -> usize {
        self.set_ends.run(set).len()
    }

    /// The values of an item.
    pub fn values_of(&self, item: ItemIx) -> impl Iterator<Item = &'a str> + use<'a> {
        let values = self.values;
        self.set(self.set_of_item.index(item.at())).map(move |v| values.get(v))
    }

    fn check(&self, items: usize) -> Result<(), OpenError> {
        let bad = |what| Err(OpenError::Value { what });
        self.values.check_sorted("attribute values")?;
        self.values.check_longest(MAX_VALUE, "attribute values")?;
        if self.role > role::METADATA {
            return bad("attribute role");
        }
        self.set_ends.check_ends(self.set_values.len(), "attribute sets")?;
        self.set_values
            .check_below(self.values.len() as u64, "value of an attribute set")?;
        if self.sets() == 0 || self.set_len(0) != 0 {
            return bad("empty attribute set");
        }
        for set in 1..self.sets() {
            if self.set_len(set) > MAX_SET {
                return bad("length of an attribute set");
            }
            let mut last = None;
            for value in self.set(set) {
                if last.is_some_and(|l| l >= value) {
                    return bad("order of an attribute set");
                }
                last = Some(value);
            }
            if last.is_none() {
                return bad("empty attribute set");
            }
        }
        self.set_of_item.check_len(items, "attribute of items")?;
        self.set_of_item
            .check_below(self.sets() as u64, "attribute set of an item")
    }
}

impl<'a> Items<'a> {
    /// Finds the sections; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Items<'a>, OpenError> {
        let ids = if part.has(section::ID_INTS) {
            Ids::Int(part.ints(section::ID_INTS, "ids")?)
        } else {
            Ids::Str(Strings::open(
                part,
                section::ID_STRING_ENDS,
                section::ID_STRING_BYTES,
                "ids",
            )?)
        };
        let names = Strings::open(
            part,
            section::ATTRIBUTE_NAME_ENDS,
            section::ATTRIBUTE_NAME_BYTES,
            "attribute names",
        )?;
        let roles = part.bytes(section::ATTRIBUTE_ROLES, "attribute roles")?;
        if names.len() > MAX_ATTRIBUTES || roles.len() != names.len() {
            return Err(OpenError::Value {
                what: "number of attributes",
            });
        }
        let mut attributes = Vec::with_capacity(names.len());
        for (i, role) in roles.iter().enumerate() {
            let at = section::ATTRIBUTES + 8 * i as u16;
            attributes.push(Attribute {
                name: names.get(i),
                role: *role,
                values: Strings::open(
                    part,
                    at + section::VALUE_ENDS,
                    at + section::VALUE_BYTES,
                    "attribute values",
                )?,
                set_ends: part.ints(at + section::SET_ENDS, "attribute sets")?,
                set_values: part.ints(at + section::SET_VALUES, "attribute sets")?,
                set_of_item: part.ints(at + section::SET_OF_ITEM, "attribute of items")?,
            });
        }
        let order = part.ints(section::ID_ORDER, "id order")?;
        Ok(Items {
            ids,
            order,
            years: part.ints(section::YEARS, "years")?,
            attribute_names: names,
            attributes,
        })
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first that the format does not allow.
    pub fn check(&self) -> Result<(), OpenError> {
        let n = self.len();
        if n > MAX_ITEMS {
            return Err(OpenError::Value {
                what: "number of items",
            });
        }
        match self.ids {
            Ids::Int(ids) => ids.check_below(MAX_ID_INT + 1, "integer id")?,
            Ids::Str(ids) => {
                ids.check("ids")?;
                if ids.iter().any(|id| id.is_empty() || id.len() > MAX_ID_BYTES) {
                    return Err(OpenError::Value { what: "string id" });
                }
            }
        }
        self.order.check_len(n, "id order")?;
        self.order.check_below(n as u64, "id order")?;
        // Ascending ids along the order: so the order names each row once and no id stands twice.
        let ascending = (1..n).all(|i| self.id_less(self.order.index(i - 1), self.order.index(i)));
        if !ascending {
            return Err(OpenError::Value { what: "id order" });
        }
        self.years.check_len(n, "years")?;
        self.years.check_below(10_000, "year")?;
        if self.attributes.iter().filter(|a| a.role == role::GENRE).count() > 1 {
            return Err(OpenError::Value {
                what: "attribute roles",
            });
        }
        self.attribute_names.check("attribute names")?;
        self.attribute_names
            .check_longest(MAX_ATTRIBUTE_NAME, "attribute names")?;
        for (i, attribute) in self.attributes.iter().enumerate() {
            if self.attributes[..i].iter().any(|other| other.name == attribute.name) {
                return Err(OpenError::Value {
                    what: "two attributes of one name",
                });
            }
            attribute.check(n)?;
        }
        Ok(())
    }

    fn id_less(&self, a: usize, b: usize) -> bool {
        match self.ids {
            Ids::Int(ids) => ids.at(a) < ids.at(b),
            Ids::Str(ids) => ids.get(a) < ids.get(b),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self.ids {
            Ids::Int(ids) => ids.len(),
            Ids::Str(ids) => ids.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the ids are integers or strings.
    pub fn id_kind(&self) -> IdKind {
        match self.ids {
            Ids::Int(_) => IdKind::Integer,
            Ids::Str(_) => IdKind::String,
        }
    }

    /// The id of a row.
    pub fn id(&self, item: ItemIx) -> ItemId {
        match self.ids {
            Ids::Int(ids) => ItemId::Int(ids.at(item.at())),
            Ids::Str(ids) => ItemId::Str(ids.get(item.at()).into()),
        }
    }

    /// The row of an id, in either of its [forms](ItemId::of_kind), by binary search.
    pub fn find(&self, id: &ItemId) -> Option<ItemIx> {
        let id = &*id.of_kind(self.id_kind())?;
        let (mut low, mut high) = (0, self.order.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let row = self.order.index(middle);
            let ordering = match (self.ids, id) {
                (Ids::Int(ids), ItemId::Int(wanted)) => ids.at(row).cmp(wanted),
                (Ids::Str(ids), ItemId::Str(wanted)) => ids.get(row).cmp(wanted.as_str()),
                _ => return None,
            };
            match ordering {
                core::cmp::Ordering::Equal => return Some(ItemIx(row as u32)),
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The year of a row.
    pub fn year(&self, item: ItemIx) -> Option<u16> {
        Some(self.years.at(item.at()) as u16).filter(|year| *year > 0)
    }

    /// The attribute whose sets make the genre score.
    pub fn genre(&self) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|a| a.role == role::GENRE)
    }

    /// The attributes that make the metadata score.
    pub fn metadata(&self) -> impl Iterator<Item = &Attribute<'a>> {
        self.attributes.iter().filter(|a| a.role == role::METADATA)
    }
}

/// Items to write.
#[derive(Clone, Debug, Default)]
pub struct ItemsData<'s> {
    /// Ids, all of one kind, no two alike.
    pub ids: Vec<ItemId>,
    /// Year of each item; 0 is unknown.
    pub years: Vec<u16>,
    /// Attributes.
    pub attributes: Vec<AttributeData<'s>>,
}

/// An attribute to write.
#[derive(Clone, Debug, Default)]
pub struct AttributeData<'s> {
    /// Name, such as `genre`.
    pub name: &'s str,
    /// What it is for; see [`role`].
    pub role: u8,
    /// The values of each item; order and repetition don't matter.
    pub values: Vec<Vec<&'s str>>,
}

/// Writes the sections that [`Items`] reads.
pub fn write(out: &mut Writer, data: &ItemsData<'_>) {
    if data.ids.iter().all(|id| id.kind() == IdKind::Integer) {
        let ids: Vec<u64> = data
            .ids
            .iter()
            .map(|id| if let ItemId::Int(v) = id { *v } else { 0 })
            .collect();
        out.ints(section::ID_INTS, &ids);
    } else {
        let ids = data
            .ids
            .iter()
            .map(|id| if let ItemId::Str(s) = id { s.as_str() } else { "" });
        strings::write(out, section::ID_STRING_ENDS, section::ID_STRING_BYTES, ids);
    }
    let mut order: Vec<u64> = (0..data.ids.len() as u64).collect();
    order.sort_by(|a, b| data.ids[*a as usize].cmp(&data.ids[*b as usize]));
    out.ints(section::ID_ORDER, &order);
    out.ints(
        section::YEARS,
        &data.years.iter().map(|y| u64::from(*y)).collect::<Vec<_>>(),
    );
    let names = data.attributes.iter().map(|a| a.name);
    strings::write(out, section::ATTRIBUTE_NAME_ENDS, section::ATTRIBUTE_NAME_BYTES, names);
    out.bytes(
        section::ATTRIBUTE_ROLES,
        data.attributes.iter().map(|a| a.role).collect(),
    );
    for (i, attribute) in data.attributes.iter().enumerate() {
        write_attribute(out, section::ATTRIBUTES + 8 * i as u16, attribute);
    }
}

fn write_attribute(out: &mut Writer, at: u16, attribute: &AttributeData<'_>) {
    let mut dictionary: Vec<&str> = attribute.values.iter().flatten().copied().collect();
    dictionary.sort_unstable();
    dictionary.dedup();
    let code = |value: &&str| dictionary.partition_point(|known| known < value) as u64;
    let sets: Vec<Vec<u64>> = attribute
        .values
        .iter()
        .map(|values| {
            let mut set: Vec<u64> = values.iter().map(code).collect();
            set.sort_unstable();
            set.dedup();
            set
        })
        .collect();
    let mut distinct: Vec<&Vec<u64>> = sets.iter().collect();
    let empty = Vec::new();
    distinct.push(&empty); // always set 0, being the smallest
    distinct.sort_unstable();
    distinct.dedup();
    let set_of_item: Vec<u64> = sets
        .iter()
        .map(|set| distinct.partition_point(|known| *known < set) as u64)
        .collect();
    let mut total = 0;
    let ends: Vec<u64> = distinct
        .iter()
        .map(|set| {
            total += set.len() as u64;
            total
        })
        .collect();
    strings::write(
        out,
        at + section::VALUE_ENDS,
        at + section::VALUE_BYTES,
        dictionary.iter().copied(),
    );
    out.ints(at + section::SET_ENDS, &ends);
    out.ints(
        at + section::SET_VALUES,
        &distinct.iter().flat_map(|set| set.iter().copied()).collect::<Vec<_>>(),
    );
    out.ints(at + section::SET_OF_ITEM, &set_of_item);
}
