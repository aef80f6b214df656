//! From HTML text to a tree of bounded depth and size.

use std::borrow::Cow;
use std::cell::Cell;

use dom_query::{Document, NodeId};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

use crate::read::error::ReadError;
use crate::read::html::tags::has_crowded_tag;
use crate::read::limits::{MAX_DEPTH, MAX_HTML_NODES};

/// How much text is parsed between two looks at the limits, in bytes.
///
/// A few bytes can open an element, so this also bounds how far the limits are overstepped before parsing stops.
const STEP_BYTES: usize = 4 * 1024;
/// Most templates, whose content is a tree of its own and so escapes the depth of the page.
const MAX_TEMPLATES: usize = 256;

/// Parses a page, stopping as soon as the tree is too deep or too large.
///
/// The parser looks through its open elements for many tags, so a page of a hundred thousand nested elements would
/// take it quadratic time, and everything that walks the tree would overflow the stack.
pub(super) fn parse(text: &str) -> Result<Document, ReadError> {
    if has_crowded_tag(text) {
        return Err(ReadError::TooComplex);
    }
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
        ..ParseOpts::default()
    };
    let mut parser = parse_document(BoundedTree::default(), options);
    let mut rest = text;
    while !rest.is_empty() {
        let (step, after) = rest.split_at(rest.ceil_char_boundary(STEP_BYTES));
        parser.process(step.into());
        rest = after;
        parser.tokenizer.sink.sink.check()?;
    }
    let tree = parser.finish();
    tree.check()?;
    // Elements are moved while a page is parsed, so the finished tree is looked at once more.
    let document = tree.document;
    if document.root().descendants_it().any(|node| depth_exceeds(&document, &node.id, MAX_DEPTH)) {
        return Err(ReadError::TooDeep);
    }
    Ok(document)
}

fn depth_exceeds(document: &Document, node: &NodeId, limit: usize) -> bool {
    document.tree.ancestor_ids_of_it(node, None).nth(limit).is_some()
}

/// The tree under construction, which notes when it grows beyond the limits.
#[derive(Default)]
struct BoundedTree {
    document: Document,
    is_too_deep: Cell<bool>,
    templates: Cell<usize>,
}

impl BoundedTree {
    fn check(&self) -> Result<(), ReadError> {
        if self.is_too_deep.get() {
            Err(ReadError::TooDeep)
        } else if self.document.tree.len() > MAX_HTML_NODES || self.templates.get() > MAX_TEMPLATES {
            Err(ReadError::TooComplex)
        } else {
            Ok(())
        }
    }

    fn look_at(&self, parent: &NodeId) {
        if !self.is_too_deep.get() && depth_exceeds(&self.document, parent, MAX_DEPTH - 1) {
            self.is_too_deep.set(true);
        }
    }
}

impl TreeSink for BoundedTree {
    type Handle = NodeId;
    type Output = Self;
    type ElemName<'a> = <Document as TreeSink>::ElemName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.document.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        if flags.template {
            self.templates.set(self.templates.get() + 1);
        }
        self.document.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.document.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.document.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.look_at(parent);
        self.document.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, prev_element: &NodeId, child: NodeOrText<NodeId>) {
        self.look_at(element);
        self.look_at(prev_element);
        self.document.append_based_on_parent_node(element, prev_element, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.document.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.document.get_template_contents(target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.document.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.look_at(sibling);
        self.document.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.document.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.look_at(new_parent);
        self.document.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &NodeId) -> bool {
        self.document.is_mathml_annotation_xml_integration_point(handle)
    }
}
