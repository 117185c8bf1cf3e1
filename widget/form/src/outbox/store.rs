//! Where an outbox writes down: IndexedDB, flushed to the disk, and a mirror in localStorage for
//! web-views that lose the one or never open it.

use std::future::Future;

use futures::{
    FutureExt,
    future::{Either, LocalBoxFuture, Shared, select},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransaction};

use super::{entry::Entry, mirror};

/// The object store, in the element's schema.
const RATINGS: &str = "ratings";
const VERSION: u32 = 1;
/// How long a person waits for a store.
const SLOW_MILLIS: u32 = 2_000;

/// The store of one collector's outbox.
#[derive(Clone, Debug)]
pub(super) struct Store {
    /// `haochaping/1/{collector}`: by schema and collector, since a portal may have tried another
    /// one before.
    name: String,
    database: Shared<LocalBoxFuture<'static, Option<IdbDatabase>>>,
}

impl Store {
    pub(super) fn open(collector: &str) -> Self {
        let name = format!("haochaping/1/{collector}");
        let opening = open_database(name.clone()).map(Result::ok).boxed_local().shared();
        Self { name, database: opening }
    }

    /// What is in the database, whenever that opens; what cannot be read is left.
    pub(super) async fn load(&self) -> Vec<Entry> {
        let found = self.run("getAll", &JsValue::UNDEFINED).await.unwrap_or(JsValue::UNDEFINED);
        let list = found.dyn_into::<Array>().unwrap_or_else(|_| Array::new());
        list.iter().filter_map(|record| parse(&record)).collect()
    }

    /// What is in the mirror.
    pub(super) fn mirrored(&self) -> Vec<Entry> {
        mirror::load(&format!("{}/", self.name))
    }

    /// Writes one down; whether either of the two has it now.
    pub(super) async fn put(&self, entry: &Entry) -> bool {
        let record = serde_json::to_string(entry).ok().and_then(|text| JSON::parse(&text).ok());
        let Some(record) = record else { return false };
        // At once, for a page that is closed while the database takes its time.
        let is_mirrored = mirror::put(&self.key_of(&entry.id), entry);
        let store = self.clone();
        let writing =
            async move { store.run("put", &record).await.is_some() }.boxed_local().shared();
        // Not dropped with the waiting: a slow store writes all the same.
        spawn_local(writing.clone().map(drop));
        let is_in_database = not_long(writing).await.unwrap_or(false);
        is_in_database || is_mirrored
    }

    pub(super) async fn delete(&self, id: &str) {
        mirror::delete(&self.key_of(id));
        self.run("delete", &JsValue::from_str(id)).await;
    }

    fn key_of(&self, id: &str) -> String {
        format!("{}/{id}", self.name)
    }

    /// One action in a transaction of its own; `None` if it failed.
    async fn run(&self, action: &str, argument: &JsValue) -> Option<JsValue> {
        let database = self.database.clone().await?;
        transact(&database, action, argument).await.ok()
    }
}

fn parse(record: &JsValue) -> Option<Entry> {
    let text = JSON::stringify(record).ok()?;
    serde_json::from_str(&String::from(text)).ok().filter(Entry::is_whole)
}

/// Waits for as long as a person does for a store. What it does later still counts.
pub(super) async fn not_long<T>(work: impl Future<Output = T>) -> Option<T> {
    match select(Box::pin(work), TimeoutFuture::new(SLOW_MILLIS)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

async fn open_database(name: String) -> Result<IdbDatabase, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let factory = window.indexed_db()?.ok_or(JsValue::NULL)?;
    let request = factory.open_with_u32(&name, VERSION)?;
    request.set_onupgradeneeded(Some(&on_upgrade(&request)));
    Ok(settled(&request).await?.unchecked_into())
}

/// Makes the object store of a new database.
fn on_upgrade(request: &IdbOpenDbRequest) -> Function {
    let request = request.clone();
    let make = move || {
        let Ok(found) = request.result() else { return };
        let database: IdbDatabase = found.unchecked_into();
        let parameters = web_sys::IdbObjectStoreParameters::new();
        // An error leaves the database without the store, and every later write says so.
        let _ = Reflect::set(&parameters, &"keyPath".into(), &"id".into());
        let _ = database.create_object_store_with_optional_parameters(RATINGS, &parameters);
    };
    wasm_bindgen::closure::Closure::once_into_js(make).unchecked_into()
}

/// The result of a request, once it is there.
async fn settled(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(promise).await?;
    request.result()
}

async fn transact(
    database: &IdbDatabase,
    action: &str,
    argument: &JsValue,
) -> Result<JsValue, JsValue> {
    let transaction = begin(database)?;
    let store = transaction.object_store(RATINGS)?;
    let method: Function = Reflect::get(&store, &action.into())?.dyn_into()?;
    let request: IdbRequest = method.call1(&store, argument)?.dyn_into()?;
    let promise = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    JsFuture::from(promise).await?;
    request.result()
}

/// On disk when it is complete: the option of the specification, which the bindings do not have
/// yet.
fn begin(database: &IdbDatabase) -> Result<IdbTransaction, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"durability".into(), &"strict".into())?;
    let method: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
    method.call3(database, &RATINGS.into(), &"readwrite".into(), &options)?.dyn_into()
}
