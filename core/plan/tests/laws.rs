//! Laws of a rollout, on random objects, random failures and a cluster made of a map.

use std::collections::BTreeMap;

use weir_manifest::Gvk;
use weir_plan::{
    Action, Answer, Ask, Desired, Effect, Health, Id, Inventory, Live, Options, Outcome, Owner, Rollout,
    Seen, Step, Wave,
};
use weir_yaml::{Text, Value};

/// xorshift: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_in(&mut self, chances: u64) -> bool {
        chances > 0 && self.below(chances) == 0
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

/// A cluster that knows objects by id, and fails once in so many requests.
#[derive(Default, Clone)]
struct Cluster {
    objects: BTreeMap<Id, Value>,
    uids: u64,
    waves: Vec<Wave>,
    deletions: usize,
    failures: usize,
}

const KINDS: [(&str, &str, bool); 6] = [
    ("v1", "Namespace", false),
    ("v1", "ConfigMap", true),
    ("v1", "Secret", true),
    ("apps/v1", "Deployment", true),
    ("storage.k8s.io/v1", "StorageClass", false),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", false),
];

fn owner() -> Owner {
    Owner { manager: "weir".into(), group: "test.io".into(), name: "unit".into(), namespace: "ns".into() }
}

fn options(wait: bool) -> Options {
    let text = Text::from;
    let own = Id { group: text("g"), kind: text("Unit"), namespace: text("ns"), name: text("unit") };
    Options {
        owner: owner(),
        force: false,
        prune: true,
        wait,
        checks: Vec::new(),
        wait_for_termination: false,
        own,
    }
}

fn objects(random: &mut Random) -> Vec<Desired> {
    let mut all = BTreeMap::new();
    for _ in 0..random.below(12) {
        let (api_version, kind, namespaced) = KINDS[random.below(KINDS.len() as u64) as usize];
        let mut object = Value::from([("apiVersion", api_version), ("kind", kind)]);
        object.set_at(&["metadata", "name"], format!("o{}", random.below(6)));
        if namespaced {
            object.set_at(&["metadata", "namespace"], "a");
        }
        object.set_at(&["data", "x"], random.below(3));
        owner().mark(&mut object);
        all.insert(Id::of(&object), Desired::new(object, None));
    }
    all.into_values().collect()
}

impl Cluster {
    fn fails(&mut self, random: &mut Random, chances: u64) -> bool {
        let fails = random.one_in(chances);
        self.failures += usize::from(fails);
        fails
    }

    fn run(&mut self, mut rollout: Rollout, random: &mut Random, chances: u64) -> Outcome {
        for _ in 0..1000 {
            let answer = match rollout.step() {
                Step::Done(outcome) => return *outcome,
                Step::Record(_) => Answer::Recorded,
                Step::Do(wave) => {
                    let effects = wave.iter().map(|action| self.carry_out(action, random, chances)).collect();
                    self.waves.push(wave);
                    Answer::Effects(effects)
                }
                Step::Ask(Ask::DryRun(objects)) => Answer::DryRun(
                    objects.iter().map(|desired| self.dry_run(desired, random, chances)).collect(),
                ),
                Step::Ask(Ask::Live(owned)) => Answer::Live(
                    owned
                        .iter()
                        .map(|owned| match self.objects.get(&owned.id) {
                            _ if self.failures < usize::MAX && random.one_in(chances) => {
                                self.failures += 1;
                                Live::Unknown("no answer".into())
                            }
                            Some(object) => Live::There(object.clone()),
                            None => Live::Gone,
                        })
                        .collect(),
                ),
                Step::Ask(Ask::Health(targets, _)) => {
                    if self.fails(random, chances) {
                        Answer::Preempted("newer".into())
                    } else {
                        let now = std::time::SystemTime::UNIX_EPOCH;
                        let config = Value::from([("apiVersion", "v1"), ("kind", "ConfigMap")]);
                        let healthy =
                            weir_plan::awaited_health(&config, now).expect("a ConfigMap is always current");
                        let state = if self.fails(random, chances) { Health::not_found() } else { healthy };
                        Answer::Health(vec![state; targets.len()], true)
                    }
                }
            };
            rollout.tell(answer);
        }
        panic!("the rollout does not end");
    }

    fn dry_run(&mut self, desired: &Desired, random: &mut Random, chances: u64) -> Seen {
        if self.fails(random, chances) {
            return Seen::Refused { message: "refused".into(), immutable: false, live: None };
        }
        match self.objects.get(&desired.id) {
            None => Seen::Absent { namespaced: !desired.id.namespace.is_empty() },
            Some(live) => {
                let changes = live.get("data") != desired.object.get("data");
                Seen::Present { live: live.clone(), changes }
            }
        }
    }

    fn carry_out(&mut self, action: &Action, random: &mut Random, chances: u64) -> Effect {
        if self.fails(random, chances) {
            return Effect::Failed("no answer".into());
        }
        match action {
            Action::Apply { desired, .. } | Action::Recreate { desired, .. } => {
                let mut object = desired.object.clone();
                self.uids += 1;
                object.set_at(&["metadata", "uid"], self.uids.to_string());
                match self.objects.insert(desired.id.clone(), object) {
                    None => Effect::Created,
                    Some(_) => Effect::Configured,
                }
            }
            Action::Delete { owned, uid } => {
                let live = self.objects.get(&owned.id).expect("only what is there is deleted");
                assert_eq!(live.str_at(&["metadata", "uid"]), Some(uid.as_str()));
                self.objects.remove(&owned.id);
                self.deletions += 1;
                Effect::Deleted
            }
        }
    }
}

#[test]
fn planning_what_was_just_applied_gives_nothing() {
    let mut random = Random(1);
    for round in 0..500 {
        let (desired, mut cluster) = (objects(&mut random), Cluster::default());
        let first = cluster.run(
            Rollout::new(options(round % 2 == 0), desired.clone(), Inventory::default()),
            &mut random,
            0,
        );
        assert_eq!(first.failure, None);
        cluster.waves.clear();
        let again = Rollout::new(options(round % 2 == 0), desired, first.inventory.clone());
        let second = cluster.run(again, &mut random, 0);
        assert_eq!(cluster.waves, Vec::<Wave>::new());
        assert_eq!(second.inventory, first.inventory);
    }
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let mut random = Random(2);
    for _ in 0..500 {
        let (desired, before) = (objects(&mut random), objects(&mut random));
        let mut cluster = Cluster::default();
        let old =
            cluster.run(Rollout::new(options(false), before, Inventory::default()), &mut random, 0).inventory;
        cluster.waves.clear();
        let (mut other, mut shuffled) = (cluster.clone(), desired.clone());
        random.shuffle(&mut shuffled);
        let one = cluster.run(Rollout::new(options(false), desired, old.clone()), &mut random, 0);
        let two = other.run(Rollout::new(options(false), shuffled, old), &mut random, 0);
        assert_eq!(one, two);
        assert_eq!(cluster.waves, other.waves);
    }
}

#[test]
fn an_error_never_yields_a_deletion_and_nothing_is_forgotten() {
    let mut random = Random(3);
    let (mut failed, mut deleted) = (0, 0);
    for _ in 0..3000 {
        let (desired, before) = (objects(&mut random), objects(&mut random));
        let mut cluster = Cluster::default();
        let old =
            cluster.run(Rollout::new(options(false), before, Inventory::default()), &mut random, 0).inventory;
        let wanted: Vec<_> = desired.iter().map(|desired| desired.id.clone()).collect();
        let wait = random.one_in(2);
        cluster.waves.clear();
        let outcome = cluster.run(Rollout::new(options(wait), desired, old), &mut random, 9);
        for wave in &cluster.waves {
            for action in wave {
                if let Action::Delete { owned, .. } = action {
                    assert!(!wanted.contains(&owned.id), "what is wanted is never deleted");
                }
            }
        }
        if outcome.failure.as_ref().is_some_and(|failure| failure.step == weir_plan::FailureStep::Apply) {
            assert_eq!(cluster.deletions, 0, "a failure to apply deletes nothing");
            failed += 1;
        }
        for id in cluster.objects.keys() {
            assert!(
                outcome.inventory.contains(id),
                "{id} is in the cluster, so it has to stay in the inventory"
            );
        }
        deleted += cluster.deletions;
    }
    assert!(
        failed > 100 && deleted > 100,
        "the test has to see both: {failed} failures, {deleted} deletions"
    );
}

#[test]
fn kinds_that_others_need_come_first() {
    let mut random = Random(4);
    for _ in 0..200 {
        let mut cluster = Cluster::default();
        cluster.run(Rollout::new(options(false), objects(&mut random), Inventory::default()), &mut random, 0);
        let stage = |wave: &Wave| {
            let kinds = wave.iter().map(|action| match action {
                Action::Apply { desired, .. } | Action::Recreate { desired, .. } => desired.gvk.clone(),
                Action::Delete { owned, .. } => owned.gvk(),
            });
            let stages = kinds.map(|gvk: Gvk| match &*gvk.kind {
                "Namespace" | "ClusterRole" => 0,
                "StorageClass" => 1,
                _ => 2,
            });
            let mut stages: Vec<_> = stages.collect();
            stages.dedup();
            assert_eq!(stages.len(), 1, "a wave is of one stage");
            stages[0]
        };
        let order: Vec<_> = cluster.waves.iter().map(stage).collect();
        assert!(order.is_sorted(), "{order:?}");
    }
}
