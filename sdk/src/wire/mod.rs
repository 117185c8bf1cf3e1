//! What goes over the wire, apart from the domain. A second version would be a module beside [`v1`].

pub mod v1;
