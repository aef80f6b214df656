//! Going through a part element by element. No element is a call, so depth costs no stack.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::read::docx::package::damaged;
use crate::read::error::ReadError;
use crate::read::limits::MAX_DEPTH;

/// What is told of each element.
pub(super) trait Visitor {
    /// An element begins. Names come without their prefix.
    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadError>;
    /// An element ends.
    fn close(&mut self, name: &str) -> Result<(), ReadError>;
    /// Text of an element.
    fn text(&mut self, text: &str);
}

/// The attributes of an element.
pub(super) struct Attributes<'e> {
    element: &'e BytesStart<'e>,
}

impl Attributes<'_> {
    /// The value of the attribute with this name, without its prefix.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let found =
            self.element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
    }

    /// The value of `val`, which most properties have.
    pub(super) fn val(&self) -> Option<String> {
        self.get("val")
    }

    /// Whether a property that is on when it is there is on.
    pub(super) fn is_on(&self) -> bool {
        self.val().is_none_or(|value| !matches!(value.as_str(), "0" | "false" | "off" | "none"))
    }
}

/// Goes through a part.
///
/// # Errors
/// When the part is not XML, is nested too deep, or defines entities, which no Word document does.
pub(super) fn walk(xml: &str, visitor: &mut dyn Visitor) -> Result<(), ReadError> {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(element) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(ReadError::TooDeep);
                }
                visitor.open(element.local_name().as_ref(), &Attributes { element: &element })?;
            }
            Event::Empty(element) => {
                visitor.open(element.local_name().as_ref(), &Attributes { element: &element })?;
                visitor.close(element.local_name().as_ref())?;
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                visitor.close(element.local_name().as_ref())?;
            }
            Event::Text(text) => visitor.text(&text.xml10_content()),
            Event::CData(text) => visitor.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let known = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Some(c.to_string()),
                    _ => resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned),
                };
                visitor.text(known.as_deref().unwrap_or(""));
            }
            Event::DocType(_) => return Err(damaged()),
            Event::Eof => return if depth == 0 { Ok(()) } else { Err(damaged()) },
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}
