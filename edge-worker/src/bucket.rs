//! What is kept of known people, from a private bucket (R2).

use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Bucket, Delay, Env};

use crate::{
    access::Secret,
    files::Fault,
    people::{MAX_FILE, PeopleFile},
};

/// How long a file may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// The token of the known users' routes, if both the bucket `USERS` and the secret `USERS_TOKEN` are configured.
pub fn token(env: &Env) -> Option<Secret> {
    env.bucket("USERS").ok()?;
    Secret::token(&env.secret("USERS_TOKEN").ok()?.to_string())
}

/// What is wrong with a token that is configured and yet counts as none, for the log.
pub fn token_fault(env: &Env) -> Option<&'static str> {
    let text = env.secret("USERS_TOKEN").ok()?.to_string();
    (Secret::new(&text).is_some() && Secret::token(&text).is_none()).then_some("users_token_too_short")
}

/// The files of the people of a pack.
pub struct PeopleFiles {
    bucket: Bucket,
    pack_id: String,
}

impl PeopleFiles {
    /// The binding `USERS`, and the folder of the pack in it.
    pub fn of(env: &Env, pack_id: String) -> Result<PeopleFiles, Fault> {
        let bucket = env
            .bucket("USERS")
            .map_err(|_| Fault::of_people("users_binding_missing"))?;
        Ok(PeopleFiles { bucket, pack_id })
    }

    /// A file, as it is stored.
    pub async fn get(&self, file: PeopleFile) -> Result<Vec<u8>, Fault> {
        let read = Box::pin(self.read(file));
        match select(read, Delay::from(DEADLINE)).await {
            Either::Left((read, _)) => read,
            Either::Right(_) => Err(Fault::of_people("users_timeout")),
        }
    }

    async fn read(&self, file: PeopleFile) -> Result<Vec<u8>, Fault> {
        let get = self.bucket.get(file.key(&self.pack_id)).execute();
        let object = get.await.map_err(|_| Fault::of_people("users_fetch"))?;
        let object = object.ok_or_else(|| Fault::of_people("users_file_missing"))?;
        if object.size() > MAX_FILE as u64 {
            return Err(Fault::of_people("users_file_too_large"));
        }
        let body = object.body().ok_or_else(|| Fault::of_people("users_fetch"))?;
        body.bytes().await.map_err(|_| Fault::of_people("users_fetch"))
    }
}
