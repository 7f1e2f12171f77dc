//! Answers about known people: look everybody up, then answer one after the other.
//!
//! What has been found and answered stays with the request, so that neither a batch larger than what an isolate keeps
//! nor a neighbour's request can make it start over.

use aftershow_core::{Engine, Outcome, PartFile, QueryError, UserIdKind, pack::UserRecord};

use crate::{
    people::{AT_ONCE, Lookup, People, PeopleFile},
    problem::Problem,
};

/// The people that a request asks about.
#[derive(Debug)]
pub struct Known<T> {
    users: Vec<User<T>>,
    /// Whether the ids came in a list.
    list: bool,
}

#[derive(Debug)]
struct User<T> {
    id: String,
    state: State<T>,
}

#[derive(Debug)]
enum State<T> {
    New,
    Found(UserRecord),
    Unknown,
    Answered(T),
}

/// How far the answers have come.
#[derive(Debug)]
pub enum Progress<T> {
    /// All are there: ids and answers, in the order of the ids.
    Done(Vec<(String, T)>),
    /// These parts of the pack first.
    NeedParts(Vec<PartFile>),
    /// These files about people first.
    NeedPeople(Vec<PeopleFile>),
}

impl<T> Known<T> {
    /// About one person.
    pub fn one(id: String) -> Known<T> {
        Known {
            list: false,
            ..Known::many(vec![id])
        }
    }

    /// About several people.
    pub fn many(ids: Vec<String>) -> Known<T> {
        let new = |id| User { id, state: State::New };
        Known {
            users: ids.into_iter().map(new).collect(),
            list: true,
        }
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether the request asks about nobody.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The next step towards the answers, each what `ask` says of what `who` makes of the record: nothing of nobody. `who` gives `None`
    /// while the features are missing.
    ///
    /// # Errors
    /// 400 for an id that can't be one of this pack's users.
    pub fn answer<W: Default>(
        &mut self,
        engine: &Engine,
        people: &mut People,
        who: impl Fn(&UserRecord) -> Option<W>,
        ask: impl Fn(W) -> Result<Outcome<T>, QueryError>,
    ) -> Result<Progress<T>, Problem> {
        let personal = engine.manifest().personal.as_ref();
        self.check(personal.map_or(UserIdKind::Any, |personal| personal.user_ids))?;
        let files = self.look_up(people);
        if let Some(manifest) = people.manifest() {
            self.check(manifest.user_ids)?;
        }
        if !files.is_empty() {
            return Ok(Progress::NeedPeople(files));
        }
        for user in &mut self.users {
            let person = match &user.state {
                State::Answered(_) => continue,
                State::Found(record) => who(record),
                State::New | State::Unknown => Some(W::default()),
            };
            // Without the features nobody's rows have ids; asking for nobody says which parts that takes.
            let known = person.is_some();
            match ask(person.unwrap_or_default())? {
                Outcome::Answer(answer) if known => user.state = State::Answered(answer),
                Outcome::Answer(_) => return Err(Problem::pack_unavailable()),
                Outcome::NeedParts(parts) => return Ok(Progress::NeedParts(parts)),
            }
        }
        let answers = std::mem::take(&mut self.users).into_iter();
        let answers = answers.filter_map(|user| match user.state {
            State::Answered(answer) => Some((user.id, answer)),
            _ => None,
        });
        Ok(Progress::Done(answers.collect()))
    }

    fn check(&self, kind: UserIdKind) -> Result<(), Problem> {
        for (at, user) in self.users.iter().enumerate() {
            kind.check(&user.id).map_err(|error| {
                let problem = Problem::from(error);
                match self.list {
                    true => problem.at(format!("user_ids[{at}]")),
                    false => problem,
                }
            })?;
        }
        Ok(())
    }

    /// Finds whom it can; returns the next files that it takes to find the others.
    fn look_up(&mut self, people: &mut People) -> Vec<PeopleFile> {
        let mut files = Vec::new();
        for user in &mut self.users {
            if !matches!(user.state, State::New) {
                continue;
            }
            user.state = match people.find(&user.id) {
                Lookup::Known(record) => State::Found(record),
                Lookup::Unknown => State::Unknown,
                Lookup::Needs(file) => {
                    if files.len() < AT_ONCE && !files.contains(&file) {
                        files.push(file);
                    }
                    State::New
                }
            };
        }
        files
    }
}
