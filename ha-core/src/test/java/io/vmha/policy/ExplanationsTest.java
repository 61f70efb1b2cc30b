package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vmha.Fixtures;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a person reads about a decision at night. */
class ExplanationsTest {
    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final FailoverConfig restarting = FailoverConfig.builder()
            .putRecovery(VmType.MIDDLEWARE, RecoveryMode.RESTART)
            .putRecovery(VmType.DATABASE, RecoveryMode.RESTART)
            .build();

    @Test
    void aRedirectSaysWhereToAndHowTheLoadChanges() {
        assertThat(explain(reference, "mw1").sentence())
                .isEqualTo("the requests of mw1 go to mw3 on h2, a healthy MIDDLEWARE VM in the primary cluster"
                        + " (load 0.30 -> 0.70)");
    }

    @Test
    void aRedirectToTheStandbySaysWhy() {
        assertThat(explain(failed("mw2", "mw3", "mw4"), "mw1").sentence())
                .isEqualTo("the requests of mw1 go to mw5 on h3, a healthy MIDDLEWARE VM in the standby cluster, since"
                        + " the primary cluster has none (load 0.00 -> 0.40)");
    }

    @Test
    void anOvercommittedRedirectSaysThatNobodyHadTheHeadroom() {
        Inventory busy = change(change(failed("mw2"), "mw3", vm -> vm.withLoad(0.9)), "mw4", vm -> vm.withLoad(0.95));

        assertThat(explain(busy, "mw1").sentence())
                .endsWith("(load 0.90 -> 1.30); OVERCOMMITTED: no candidate there has the headroom");
        assertThat(explain(busy, "mw1").candidates())
                .contains(new Explanation.Candidate("mw4", false, "more loaded after the move"));
    }

    @Test
    void aCandidateIsPassedOverForEachReasonByName() {
        Inventory inventory = change(change(reference, "mw4", vm -> vm.withLoad(0.3)), "mw2", vm -> vm.withLoad(0.9));
        inventory = inventory
                .with(Fixtures.host("h4", ClusterRole.PRIMARY).build().withInMaintenance(true))
                .with(Fixtures.host("h5", ClusterRole.PRIMARY)
                        .health(HostHealth.DOWN)
                        .build())
                .with(Fixtures.middleware("mw8", "h4").build())
                .with(Fixtures.middleware("mw9", "h5").build());

        assertThat(explain(inventory, "mw1").candidates())
                .contains(
                        new Explanation.Candidate("mw2", false, "the load would exceed what it has"),
                        new Explanation.Candidate("mw4", false, "as good, later by name"),
                        new Explanation.Candidate("mw8", false, "its host h4 is in maintenance"),
                        new Explanation.Candidate("mw9", false, "its host h5 is DOWN"));
    }

    @Test
    void withTheStandbyUsedForOverloadThePrimaryLacksTheHeadroom() {
        FailoverConfig config =
                FailoverConfig.builder().overloadUsesStandby(true).build();
        Inventory busy = change(change(failed("mw2"), "mw3", vm -> vm.withLoad(0.9)), "mw4", vm -> vm.withLoad(0.95));

        assertThat(explain(config, busy, Fixtures.readOnly("mw1")).candidates())
                .contains(
                        new Explanation.Candidate("mw5", true, "chosen"),
                        new Explanation.Candidate(
                                "mw4", false, "it lacks the headroom, and the standby cluster may be used for that"));
    }

    @Test
    void withoutAnyTargetBothClustersAreNamed() {
        Explanation explanation = explain(failed("mw2", "mw3", "mw4", "mw5", "mw6"), "mw1");

        assertThat(explanation.sentence())
                .isEqualTo("no healthy MIDDLEWARE VM can take the requests of mw1 in either cluster");
        assertThat(explanation.candidates())
                .hasSize(6)
                .contains(new Explanation.Candidate("mw2", false, "it is FAILED and its power is ON"));
    }

    @Test
    void aWithheldStandbyIsSaid() {
        FailoverConfig config = FailoverConfig.builder()
                .standbyActivation(StandbyActivation.WHOLE_CLUSTER)
                .build();
        Explanation explanation = explain(config, failed("mw2", "mw3", "mw4"), Fixtures.readOnly("mw1"));

        assertThat(explanation.sentence())
                .isEqualTo(
                        "no healthy MIDDLEWARE VM can take the requests of mw1: the standby cluster is not used while"
                                + " the primary cluster has a healthy VM of any type");
        assertThat(explanation.candidates())
                .contains(new Explanation.Candidate("mw5", false, "the standby cluster is withheld"));
    }

    @Test
    void aRestartSaysHowFullItMakesTheHost() {
        Explanation explanation = explain(restarting, reference, Fixtures.readOnly("mw1"));

        assertThat(explanation.sentence())
                .isEqualTo("mw1 is restarted on h1, the least full PRIMARY host with room for it (75% allocated"
                        + " afterwards)");
        assertThat(explanation.candidates())
                .containsExactly(
                        new Explanation.Candidate("h1", true, "chosen"),
                        new Explanation.Candidate("h2", false, "fuller afterwards, or later by name"),
                        new Explanation.Candidate("h3", false, "it is in the other cluster"));
        assertThat(explanation).hasToString(explanation.sentence());
    }

    @Test
    void aRecloneSaysSoToo() {
        Decision decision = HaPolicies.withDefaults().failover().decide(reference, Fixtures.readOnly("mw1"));

        assertThat(decision.parts().get(1).explain().sentence())
                .isEqualTo("mw1 is cloned anew on h1, the least full PRIMARY host with room for it (75% allocated"
                        + " afterwards)");
    }

    @Test
    void withoutRoomTheMachineAndEachHostsLackAreNamed() {
        Inventory full = reference.with(Fixtures.middleware("filler", "h2")
                .allocation(Resources.of(4_000, 1_024))
                .build());
        Explanation explanation = explain(restarting, full, Fixtures.hostDown("h1"));

        assertThat(explanation.sentence()).isEqualTo("no sound PRIMARY host has room for db1 (4000m CPU, 16384 MiB)");
        assertThat(explanation.candidates())
                .containsExactly(
                        new Explanation.Candidate("h1", false, "it is DOWN"),
                        new Explanation.Candidate("h2", false, "it lacks the room: 0m CPU, 15360 MiB free"),
                        new Explanation.Candidate("h3", false, "it is in the other cluster"));
    }

    @Test
    void aReportOfAVmThatIsServedElsewhereNamesWhoServes() {
        Inventory served = change(failed("mw1"), "mw1", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(explain(served, "mw1").sentence()).isEqualTo("the requests of mw1 are served by mw3 already");
    }

    @Test
    void aRepairedMachineThatFailsAgainNamesWhoServesAlready() {
        Inventory served = change(reference, "mw1", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(explain(served, "mw1").sentence()).isEqualTo("the requests of mw1 are served by mw3 already");
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThat(explain(reference, "ghost").sentence()).isEqualTo("ghost is not in the inventory");
        assertThat(load(reference, "ghost", 2).sentence()).isEqualTo("ghost is not in the inventory");
    }

    @Test
    void moreFromThePoolSaysHowMuchAndWhatItHad() {
        assertThat(load(reference, "mw1", 1.2).sentence())
                .isEqualTo("mw1 has a load of 1.20 and gets 1000m CPU, 4096 MiB from the pool of h1, which has 4000m"
                        + " CPU, 16384 MiB");
    }

    @Test
    void anExhaustedPoolIsSaidWithWhereTheRequestsGo() {
        assertThat(load(withoutPool("h1"), "mw1", 1.2).sentence())
                .isEqualTo("mw1 has a load of 1.20, and the pool of h1 has only 0m CPU, 0 MiB: its requests go to mw3"
                        + " on h2");
        assertThat(load(withoutPool("h1"), "mw1", 9).sentence())
                .isEqualTo("the pool of h1 has 0m CPU, 0 MiB, too little for 22500m CPU, 92160 MiB, and no healthy"
                        + " MIDDLEWARE VM on another host can meet the need");
        assertThat(load(withoutPool("h1"), "db1", 1.2).sentence())
                .isEqualTo("the pool of h1 has 0m CPU, 0 MiB, too little for 6000m CPU, 24576 MiB, and requests of a"
                        + " DATABASE VM do not move while it is on");
    }

    @Test
    void withoutAHostForAnotherReasonThanRoomTheReasonIsSaid() {
        Inventory drained =
                reference.with(reference.requireHost(HostId.of("h2")).withInMaintenance(true));

        assertThat(explain(restarting, drained, Fixtures.hostDown("h1")).sentence())
                .isEqualTo("no PRIMARY host may take db1: host in maintenance");
    }

    @Test
    void aFrozenExplanationSaysTheSameWithoutItsCandidates() {
        Decision decision = HaPolicies.withDefaults().failover().decide(reference, Fixtures.readOnly("mw1"));
        Decision frozen = decision.frozen();

        assertThat(frozen.parts()).hasSameSizeAs(decision.parts());
        for (int i = 0; i < frozen.parts().size(); i++) {
            SubjectDecision part = frozen.parts().get(i);
            assertThat(part.explain().sentence())
                    .isEqualTo(decision.parts().get(i).explain().sentence());
            assertThat(part.explain().candidates()).isEmpty();
            assertThat(DecisionText.row(part))
                    .isEqualTo(DecisionText.row(decision.parts().get(i)));
            assertThat(part.explain().frozen()).isSameAs(part.explain());
        }
    }

    @Test
    void aFrozenExplanationIsWorkedOutOnceAndKeepsNothingThatItWasMadeFrom() {
        AtomicInteger asked = new AtomicInteger();
        Explanation frozen = Explanation.of(() -> "asked " + asked.incrementAndGet() + " times")
                .frozen();

        assertThat(frozen.sentence()).isEqualTo("asked 1 times");
        assertThat(frozen.sentence()).isEqualTo("asked 1 times");
    }

    @Test
    void aFrozenDecisionLetsTheInventoryGo() {
        Inventory.Builder copy = Inventory.builder();
        reference.hosts().forEach(copy::add);
        reference.vms().forEach(copy::add);
        Inventory inventory = copy.build();
        WeakReference<Inventory> reached = new WeakReference<>(inventory);
        Decision frozen = HaPolicies.withDefaults()
                .failover()
                .decide(inventory, Fixtures.hostDown("h1"))
                .frozen();
        inventory = null;

        await().until(() -> {
            System.gc();
            return reached.refersTo(null);
        });
        assertThat(frozen.parts()).isNotEmpty();
    }

    @Test
    void anEvacuationSaysWhereToOrWhyNot() {
        List<SubjectDecision> parts = HaPolicies.withDefaults()
                .evacuation()
                .decide(
                        reference.with(Fixtures.middleware("filler", "h2")
                                .allocation(Resources.of(2_000, 1_024))
                                .build()),
                        HostId.of("h1"),
                        Trigger.MAINTENANCE)
                .parts();

        assertThat(parts.get(0).explain().sentence()).isEqualTo("db1 cannot leave h1 by live migration: no capacity");
        assertThat(parts.get(2).explain().sentence())
                .isEqualTo("mw1 moves from h1 to h2, the least full PRIMARY host with room and the same CPU");
        assertThat(parts.get(2).explain().candidates())
                .containsExactly(
                        new Explanation.Candidate("h2", true, "chosen"),
                        new Explanation.Candidate("h1", false, "it is the host to be emptied"),
                        new Explanation.Candidate("h3", false, "it is in the other cluster"));
    }

    @Test
    void aFailbackSaysFromWhereOrWhyItWaits() {
        Inventory served = change(reference, "db1", vm -> vm.withServedBy(VmId.of("db5")));

        assertThat(failback(served)).isEqualTo("db1 is healthy again: its requests come back from db5");
        assertThat(failback(change(served, "db1", vm -> vm.withReplicationLag(Duration.ofSeconds(3)))))
                .isEqualTo(
                        "db1 is healthy again, but its database is PT3S behind its source: its requests stay with db5");
    }

    @Test
    void aFailbackWithAnUnknownLagSaysSo() {
        FailoverConfig limited = FailoverConfig.builder()
                .maxReplicationLag(Duration.ofSeconds(5))
                .build();
        Inventory served =
                change(reference, "db1", vm -> vm.withServedBy(VmId.of("db5")).withReplicationLagUnknown(true));

        assertThat(first(HaPolicies.builder().config(limited).build().failback().decide(served, VmId.of("db1")))
                        .sentence())
                .isEqualTo("db1 is healthy again, but how far its database is behind its source is unknown: its"
                        + " requests stay with db5");
    }

    private static String failback(Inventory inventory) {
        return first(HaPolicies.withDefaults().failback().decide(inventory, VmId.of("db1")))
                .sentence();
    }

    private Inventory withoutPool(String host) {
        return reference.with(Fixtures.middleware("filler", host)
                .load(0.7)
                .allocation(reference.freeOn(HostId.of(host)))
                .build());
    }

    private static Explanation load(Inventory inventory, String vm, double load) {
        return first(HaPolicies.withDefaults()
                .load()
                .decide(inventory, new LoadSample(VmId.of(vm), load, Optional.empty())));
    }

    private static Explanation explain(Inventory inventory, String vm) {
        return explain(FailoverConfig.defaults(), inventory, Fixtures.readOnly(vm));
    }

    private static Explanation explain(FailoverConfig config, Inventory inventory, FaultReport report) {
        return first(HaPolicies.builder().config(config).build().failover().decide(inventory, report));
    }

    private static Explanation first(Decision decision) {
        return decision.parts().get(0).explain();
    }

    private Inventory failed(String... vms) {
        Inventory changed = reference;
        for (String vm : vms) {
            changed = change(changed, vm, machine -> machine.withHealth(VmHealth.FAILED));
        }
        return changed;
    }

    private static Inventory change(Inventory inventory, String vm, UnaryOperator<VirtualMachine> change) {
        return inventory.with(change.apply(inventory.requireVm(VmId.of(vm))));
    }
}
