use std::io::Write;

use pdf_writer::{Chunk, Filter, Finish, Name, Ref, TextStr};

use crate::batch::PrintError;

const CATALOG: Ref = Ref::new(1);
/// The page tree.
pub(super) const TREE: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);

/// A PDF that is written object by object; only where each begins is kept.
pub(super) struct Document<W> {
    out: W,
    at: u64,
    /// Where objects begin, by number; 0 for one that is not written yet.
    offsets: Vec<u64>,
    pages: Vec<Ref>,
}

impl<W: Write> Document<W> {
    pub(super) fn start(out: W) -> Result<Self, PrintError> {
        let mut document = Self { out, at: 0, offsets: vec![0; 3], pages: Vec::new() };
        // The second line says that the file is not text.
        document.write(b"%PDF-1.7\n%\xE5\xA5\xBD\xE8\n\n")?;
        Ok(document)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), PrintError> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// The number of an object to come.
    pub(super) fn reserve(&mut self) -> Ref {
        self.offsets.push(0);
        Ref::new(
            i32::try_from(self.offsets.len())
                .expect("a PDF has fewer than two thousand million objects"),
        )
    }

    /// The number of the next page.
    pub(super) fn reserve_page(&mut self) -> Ref {
        let page = self.reserve();
        self.pages.push(page);
        page
    }

    /// Writes a chunk of exactly this one object.
    pub(super) fn put(&mut self, id: Ref, chunk: &Chunk) -> Result<(), PrintError> {
        self.offsets[usize::try_from(id.get() - 1).expect("numbers count from 1")] = self.at;
        self.write(chunk.as_bytes())
    }

    /// Writes a compressed stream.
    pub(super) fn put_content(&mut self, content: &[u8]) -> Result<Ref, PrintError> {
        let (id, mut chunk) = (self.reserve(), Chunk::new());
        chunk.stream(id, content).filter(Filter::FlateDecode);
        self.put(id, &chunk)?;
        Ok(id)
    }

    /// Writes the page tree, the catalog and the table of offsets; `structure` is the root of a
    /// tree that says how the document is read.
    pub(super) fn finish(mut self, title: &str, structure: Option<Ref>) -> Result<(), PrintError> {
        let mut chunk = Chunk::new();
        chunk
            .pages(TREE)
            .count(i32::try_from(self.pages.len()).unwrap_or(i32::MAX))
            .kids(self.pages.iter().copied());
        self.put(TREE, &chunk)?;
        let mut chunk = Chunk::new();
        let mut catalog = chunk.indirect(CATALOG).start::<pdf_writer::writers::Catalog<'_>>();
        catalog.pages(TREE).lang(TextStr("zh-CN"));
        catalog.viewer_preferences().display_doc_title(true);
        if let Some(root) = structure {
            catalog.mark_info().marked(true);
            catalog.pair(Name(b"StructTreeRoot"), root);
        }
        catalog.finish();
        self.put(CATALOG, &chunk)?;
        let mut chunk = Chunk::new();
        chunk.indirect(INFO).start::<pdf_writer::writers::DocumentInfo<'_>>().title(TextStr(title));
        self.put(INFO, &chunk)?;
        let table = self.at;
        let n = self.offsets.len() + 1;
        let mut end = format!("xref\n0 {n}\n0000000000 65535 f\r\n");
        for offset in &self.offsets {
            end.push_str(&format!("{offset:010} 00000 n\r\n"));
        }
        end.push_str(&format!(
            "trailer\n<</Size {n}/Root 1 0 R/Info 3 0 R>>\nstartxref\n{table}\n%%EOF\n"
        ));
        self.write(end.as_bytes())?;
        self.out.flush()?;
        Ok(())
    }
}
