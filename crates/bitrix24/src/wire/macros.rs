//! The serde side of generated types, which is the same for all of them.

/// A [`Record`](super::Record): reads and writes itself, also through serde.
macro_rules! record {
    ($($type:ty),* $(,)?) => {
        $(impl $crate::wire::Described for $type {
            type Kind = $crate::wire::Object;
        })*

        $crate::wire::through_serde!($($type),*);
    };
}

/// A [`TextEnum`](super::TextEnum): reads and writes itself as a text, also through serde.
macro_rules! open_enum {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::wire::Described for $type {
            type Kind = $crate::wire::Text;
        }

        /// Holds no text until one is read.
        impl ::core::default::Default for $type {
            #[inline]
            fn default() -> Self {
                $crate::wire::TextEnum::from_text(::std::string::String::new())
            }
        }

        impl ::core::convert::From<&str> for $type {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::wire::TextEnum::from_text(text.to_owned())
            }
        }

        impl ::core::convert::From<::std::string::String> for $type {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                $crate::wire::TextEnum::from_text(text)
            }
        }

        /// The text on the wire.
        impl ::core::fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str($crate::wire::TextEnum::as_text(self))
            }
        }
    )*

        $crate::wire::through_serde!($($type),*);
    };
}

/// A value of one of several types: `union!(Id { Integer: i64, Text: String })`.
macro_rules! union {
    ($type:ident { $first:ident: $first_type:ty $(, $variant:ident: $variant_type:ty)* $(,)? }) => {
        impl $crate::wire::FromWire for $type {
            const EXPECTED: $crate::wire::Expected = $crate::wire::Expected::Any;

            fn read<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<$crate::wire::Found<Self>, D::Error> {
                $crate::wire::Union::read(deserializer)?
                    .or(Self::$first)
                    $(.or(Self::$variant))*
                    .end()
            }
        }

        impl $crate::wire::ToWire for $type {
            fn to_wire<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    Self::$first(value) => $crate::wire::ToWire::to_wire(value, serializer),
                    $(Self::$variant(value) => $crate::wire::ToWire::to_wire(value, serializer),)*
                }
            }
        }

        /// The first type's default.
        impl ::core::default::Default for $type {
            fn default() -> Self {
                Self::$first(::core::default::Default::default())
            }
        }

        impl ::core::convert::From<$first_type> for $type {
            fn from(value: $first_type) -> Self {
                Self::$first(value)
            }
        }

        $(impl ::core::convert::From<$variant_type> for $type {
            fn from(value: $variant_type) -> Self {
                Self::$variant(value)
            }
        })*

        $crate::wire::through_serde!($type);
    };
}

/// The parameters of a method: `request!(ChatGet)`, given an inherent `put`.
macro_rules! request {
    ($($type:ty),* $(,)?) => {$(
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::wire::Fields::write(serializer, |fields| self.put(fields))
            }
        }
    )*};
}

/// serde's traits by way of ours.
macro_rules! through_serde {
    ($($type:ty),*) => {$(
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::wire::ToWire::to_wire(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::wire::FromWire::from_wire(deserializer)
            }
        }
    )*};
}

pub(crate) use {open_enum, record, request, through_serde, union};
