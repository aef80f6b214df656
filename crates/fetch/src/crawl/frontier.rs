//! Which pages come next, and which never do: pure, so that every trap is a test.

use std::collections::{HashMap, HashSet, VecDeque};

use url::Url;

use crate::crawl::address::{Scope, page_key};

/// Most pages that differ in their query alone.
const QUERIES_MAX: u32 = 50;
/// Most pages whose paths differ in numbers alone: in one number, and in several, as calendars do.
const NUMBERED_MAX: u32 = 2_000;
const CALENDAR_MAX: u32 = 100;

/// How a page was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoundBy {
    /// The site lists it.
    Listing,
    /// A page links to it.
    Link,
}

/// A page to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) key: String,
    pub(crate) url: Url,
    /// How many links away from the start.
    pub(crate) depth: u32,
    pub(crate) redirects: u32,
    pub(crate) attempt: u32,
}

/// The pages that wait, in the order in which they were found.
#[derive(Debug)]
pub(crate) struct Frontier {
    depth_max: u32,
    found_max: usize,
    seen: HashSet<String>,
    queue: VecDeque<Target>,
    queries: HashMap<String, u32>,
    shapes: HashMap<String, u32>,
    /// Whether pages were left out because there were too many.
    pub(crate) is_cut: bool,
    /// Links to the same host that do not belong to the site.
    pub(crate) outside: u64,
}

impl Frontier {
    pub(crate) fn new(depth_max: u32, found_max: usize) -> Self {
        Self {
            depth_max,
            found_max,
            seen: HashSet::new(),
            queue: VecDeque::new(),
            queries: HashMap::new(),
            shapes: HashMap::new(),
            is_cut: false,
            outside: 0,
        }
    }

    /// Adds a page unless it was seen, does not belong to the site, or looks like one of endlessly many.
    pub(crate) fn offer(&mut self, scope: &Scope, url: &Url, depth: u32, found_by: FoundBy) -> bool {
        let Some(url) = scope.admit(url) else {
            self.outside += u64::from(scope.is_same_host(url));
            return false;
        };
        let key = page_key(&url);
        if self.seen.contains(&key) {
            return false;
        }
        if depth > self.depth_max || self.seen.len() >= self.found_max {
            self.is_cut = true;
            return false;
        }
        if found_by == FoundBy::Link && self.is_endless(&url) {
            return false;
        }
        self.seen.insert(key.clone());
        self.queue.push_back(Target { key, url, depth, redirects: 0, attempt: 0 });
        true
    }

    /// A page that comes next, such as where one redirects to; `false` if it was seen.
    pub(crate) fn push_front(&mut self, target: Target) -> bool {
        let is_new = self.seen.insert(target.key.clone());
        if is_new {
            self.queue.push_front(target);
        }
        is_new
    }

    /// A page that was seen and comes once more, after all others.
    pub(crate) fn again(&mut self, target: Target) {
        self.queue.push_back(target);
    }

    pub(crate) fn next(&mut self) -> Option<Target> {
        self.queue.pop_front()
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Pages found so far.
    pub(crate) fn found(&self) -> usize {
        self.seen.len()
    }

    pub(crate) fn has_seen(&self, key: &str) -> bool {
        self.seen.contains(key)
    }

    fn is_endless(&mut self, url: &Url) -> bool {
        let host_and_path = url.path();
        if url.query().is_some() {
            let count = self.queries.entry(host_and_path.to_owned()).or_insert(0);
            *count += 1;
            if *count > QUERIES_MAX {
                return true;
            }
        }
        let mut numbers = 0;
        let shape: Vec<_> = host_and_path
            .split('/')
            .map(|segment| {
                let is_number = !segment.is_empty() && segment.chars().all(|c| c.is_ascii_digit() || c == '-');
                numbers += usize::from(is_number);
                if is_number { "#" } else { segment }
            })
            .collect();
        if numbers == 0 {
            return false;
        }
        let count = self.shapes.entry(shape.join("/")).or_insert(0);
        *count += 1;
        *count > if numbers > 1 || host_and_path.contains("calendar") { CALENDAR_MAX } else { NUMBERED_MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (Frontier, Scope) {
        let start = Url::parse("https://docs.example.com/").expect("an address");
        (Frontier::new(3, 10_000), Scope::new(&start, None))
    }

    fn offer(frontier: &mut Frontier, scope: &Scope, path: &str, depth: u32) -> bool {
        let url = Url::parse("https://docs.example.com/").and_then(|start| start.join(path)).expect("an address");
        frontier.offer(scope, &url, depth, FoundBy::Link)
    }

    #[test]
    fn k1_each_page_is_taken_once_in_the_order_found() {
        let (mut frontier, scope) = site();
        for path in ["/a", "/b", "/a#part", "/a?utm_source=x", "/c/", "/c/index.html"] {
            offer(&mut frontier, &scope, path, 1);
        }
        let paths: Vec<_> = std::iter::from_fn(|| frontier.next()).map(|target| target.url.path().to_owned()).collect();
        assert_eq!(paths, ["/a", "/b", "/c/"]);
        assert!(!frontier.is_cut);
    }

    #[test]
    fn k1_depth_and_number_of_pages_are_bounded() {
        let (mut frontier, scope) = site();
        assert!(offer(&mut frontier, &scope, "/a", 3));
        assert!(!offer(&mut frontier, &scope, "/b", 4));
        assert!(frontier.is_cut);
        let (mut frontier, scope) = site();
        frontier.found_max = 5;
        let taken = (0..50).filter(|n| offer(&mut frontier, &scope, &format!("/page-{n}"), 1)).count();
        assert_eq!((taken, frontier.is_cut), (5, true));
    }

    #[test]
    fn k1_t44_traps_end() {
        let (mut frontier, scope) = site();
        let mut days = 0;
        for n in 0..50_000 {
            days += u32::from(offer(
                &mut frontier,
                &scope,
                &format!("/events/{}/{}/{}", 2000 + n / 372, n / 31 % 12, n % 31),
                2,
            ));
        }
        assert_eq!(days, CALENDAR_MAX);
        let queries = (0..5_000).filter(|n| offer(&mut frontier, &scope, &format!("/list?sort={n}"), 2)).count();
        assert_eq!(queries, QUERIES_MAX as usize);
        let mut path = String::new();
        let grown = (0..100).filter(|_| {
            path.push_str("/more");
            offer(&mut frontier, &scope, &path, 2)
        });
        assert_eq!(grown.count(), 3);
        let articles = (0..1_500).filter(|n| offer(&mut frontier, &scope, &format!("/articles/{n}"), 2)).count();
        assert_eq!(articles, 1_500, "numbered articles are no trap");
    }
}
