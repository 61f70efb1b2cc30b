package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.fault.FaultSubject;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.ReplicaSets;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a decision of anybody's may not say. */
class DecisionCheckTest {
    private static final Explanation WHY = Explanation.of(() -> "for the test");

    private final Inventory reference =
            change(Fixtures.referenceEmbodiment(), "mw1", vm -> vm.withHealth(VmHealth.FAILED));

    @Test
    void aSoundDecisionHasNoProblem() {
        assertThat(problems(redirect("mw1", "mw3", "mw1"), reclone("mw1", "h2")))
                .isEmpty();
        assertThat(problems(new DecisionBatch(List.of()))).isEmpty();
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThat(problems(redirect("ghost", "mw3", "ghost")))
                .containsExactly("ghost REDIRECTED: ghost is not in the inventory");
        assertThat(problems(redirect("mw1", "ghost", "mw1")))
                .containsExactly("mw1 REDIRECTED: target ghost is not in the inventory");
        assertThat(problems(redirect("mw1", "mw3", "mw1", "ghost")))
                .containsExactly("mw1 REDIRECTED: owner ghost is not in the inventory");
        assertThat(problems(reclone("mw1", "h9"))).containsExactly("mw1 RECLONED: host h9 is not in the inventory");
        assertThat(problems(new SubjectDecision.NoTarget(VmId.of("ghost"), Trigger.LOAD, Reason.NO_CAPACITY, WHY)))
                .containsExactly("ghost NO_TARGET: ghost is not in the inventory");
        assertThat(problems(new SubjectDecision.Blocked(
                        new FaultSubject.OfHost(HostId.of("h9")), Trigger.MAINTENANCE, Reason.NO_CAPACITY, WHY)))
                .containsExactly("h9 BLOCKED: h9 is not in the inventory");
        assertThat(problems(new SubjectDecision.Ignored(
                        new FaultSubject.OfVm(VmId.of("ghost")), Trigger.GUEST_HUNG, Reason.UNKNOWN_SUBJECT, WHY)))
                .isEmpty();
    }

    @Test
    void aTargetIsOfTheSameTypeHealthyPoweredOnAndNotTheFailedVm() {
        assertThat(problems(redirect("mw1", "db3", "mw1")))
                .containsExactly("mw1 REDIRECTED: target db3 is a DATABASE VM, not a MIDDLEWARE one");
        assertThat(problems(
                        change(reference, "mw3", vm -> vm.withHealth(VmHealth.SUSPECT)), redirect("mw1", "mw3", "mw1")))
                .containsExactly("mw1 REDIRECTED: target mw3 is SUSPECT and its power is ON");
        assertThat(problems(
                        change(reference, "mw3", vm -> vm.withPower(PowerState.UNKNOWN)),
                        redirect("mw1", "mw3", "mw1")))
                .containsExactly("mw1 REDIRECTED: target mw3 is HEALTHY and its power is UNKNOWN");
        assertThat(problems(Fixtures.referenceEmbodiment(), redirect("mw1", "mw1", "mw1")))
                .contains("mw1 REDIRECTED: target mw1 has failed itself");
        assertThat(problems(redirect("mw1", "mw2", "mw1"), redirect("mw2", "mw3", "mw2")))
                .contains("mw1 REDIRECTED: target mw2 has failed itself");
    }

    @Test
    void aTargetIsOnAHostThatIsUpAndNotInMaintenanceInTheClusterThatIsSaid() {
        assertThat(problems(host("h2", host -> host.withInMaintenance(true)), redirect("mw1", "mw3", "mw1")))
                .containsExactly("mw1 REDIRECTED: target mw3 is on host h2, which is in maintenance");
        assertThat(problems(host("h2", host -> host.withHealth(HostHealth.UNREACHABLE)), redirect("mw1", "mw3", "mw1")))
                .containsExactly("mw1 REDIRECTED: target mw3 is on host h2, which is UNREACHABLE");
        assertThat(problems(redirect("mw1", "mw5", "mw1")))
                .containsExactly("mw1 REDIRECTED: target mw5 is in the STANDBY cluster, not in the PRIMARY one");
    }

    @Test
    void aVmMovesAllThatItServesAndNothingElse() {
        Inventory served = change(reference, "mw2", vm -> vm.withServedBy(VmId.of("mw1")));

        assertThat(problems(served, redirect("mw1", "mw3", "mw1", "mw2"))).isEmpty();
        assertThat(problems(served, redirect("mw1", "mw3", "mw1")))
                .containsExactly("mw1 REDIRECTED: the requests of mw2, which it serves, are left behind");
        assertThat(problems(served, redirect("mw1", "mw3", "mw2")))
                .containsExactly("mw1 REDIRECTED: its own requests are left behind");
        assertThat(problems(redirect("mw1", "mw3", "mw1", "mw4")))
                .containsExactly("mw1 REDIRECTED: the requests of owner mw4 are served by mw4, not by mw1");
        assertThat(problems(redirect("mw1", "mw3", "mw1", "mw1")))
                .containsExactly("mw1 REDIRECTED: the requests of owner mw1 are served by mw3, not by mw1");
        assertThat(problems(redirect("mw1", "mw3")))
                .containsExactly("mw1 REDIRECTED: it moves nothing, but its requests are served by mw1, not by mw3");
    }

    @Test
    void whatIsServedByADatabaseThatDoesNotWriteMovesToTheOneThatDoes() {
        Inventory handedBack = change(
                        Fixtures.referenceEmbodiment(),
                        "db1",
                        vm -> vm.withHealth(VmHealth.FAILED).withServedBy(VmId.of("db5")))
                .with(ReplicaSets.of(List.of(ReplicaSet.ofClusterRoles(ReplicaSetId.of("stock")))));

        assertThat(problems(handedBack, redirect("db1", "db3", "db1"))).isEmpty();
    }

    @Test
    void whatIsServedElsewhereMovesOnlyIfTheServerServesNoMore() {
        Inventory served = change(reference, "mw1", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(problems(served, redirect("mw1", "mw3"))).isEmpty();
        assertThat(problems(served, redirect("mw1", "mw4", "mw1")))
                .containsExactly("mw1 REDIRECTED: the requests of owner mw1 are served by mw3, not by mw1");
        assertThat(problems(change(served, "mw3", vm -> vm.withHealth(VmHealth.FAILED)), redirect("mw1", "mw4", "mw1")))
                .isEmpty();
        assertThat(problems(served, redirect("mw1", "mw4", "mw1"), redirect("mw3", "mw4", "mw3")))
                .as("the server fails in the same batch")
                .isEmpty();
    }

    @Test
    void aVmIsDecidedOnceForEachNeed() {
        assertThat(problems(redirect("mw1", "mw3", "mw1"), redirect("mw1", "mw3")))
                .containsExactly("mw1 REDIRECTED: it is decided twice where its requests go");
        assertThat(problems(reclone("mw1", "h2"), restart("mw1", "h2")))
                .contains("mw1 RESTARTED: it is decided twice where it runs");
        assertThat(problems(reallocate("mw2", 2_100), reallocate("mw2", 2_200)))
                .containsExactly("mw2 REALLOCATED: it is decided twice what it is allocated");
    }

    @Test
    void placementsTogetherStayWithinAHostsCapacity() {
        assertThat(problems(restart("db1", "h2"))).isEmpty();
        assertThat(problems(restart("db1", "h2"), restart("db2", "h2")))
                .containsExactly("db2 RESTARTED: host h2 has no room for 4000m CPU, 16384 MiB");
        assertThat(problems(restart("db1", "h2"), reallocate("mw3", 2_001)))
                .containsExactly("mw3 REALLOCATED: host h2 has no room for 1m CPU, 0 MiB more");
        assertThat(problems(restart("db1", "h2"), restart("db3", "h1"), restart("db2", "h2")))
                .as("what leaves a host is free there")
                .isEmpty();
        assertThat(problems(migrate("db1", "h1", "h2"), restart("mw2", "h1"))).isEmpty();
        assertThat(problems(migrate("db3", "h2", "h1"), migrate("mw1", "h1", "h2"), restart("db2", "h2")))
                .as("what moves while it runs counts at both ends")
                .containsExactly("db2 RESTARTED: host h2 has no room for 4000m CPU, 16384 MiB");
        assertThat(problems(reallocate("mw2", 1_000))).isEmpty();
        assertThat(problems(reallocate("mw2", 7_000)))
                .containsExactly("mw2 REALLOCATED: host h1 has no room for 5000m CPU, 0 MiB more");
        assertThat(problems(restart("mw1", "h1"))).as("its own room").isEmpty();
    }

    @Test
    void placementsKeepAntiAffinityWithWhatIsThereAndWithOneAnother() {
        AntiAffinityGroup group = AntiAffinityGroup.of("g");
        Inventory grouped = change(reference, "mw1", vm -> vm.withAntiAffinity(group));
        Inventory threeOfIt = change(
                change(grouped, "mw2", vm -> vm.withAntiAffinity(group)), "mw3", vm -> vm.withAntiAffinity(group));

        assertThat(problems(grouped, restart("mw1", "h2"))).isEmpty();
        assertThat(problems(threeOfIt, restart("mw1", "h2")))
                .containsExactly("mw1 RESTARTED: host h2 runs a VM of the same anti-affinity group");
        assertThat(problems(threeOfIt, restart("mw3", "h3").withTrigger(Trigger.HOST_DOWN), restart("mw1", "h2")))
                .containsExactly(
                        "mw3 RESTARTED: host h3 is in the STANDBY cluster, not in the PRIMARY one",
                        "mw1 RESTARTED: host h2 runs a VM of the same anti-affinity group");
        assertThat(problems(
                        change(grouped, "mw2", vm -> vm.withAntiAffinity(group)),
                        restart("mw1", "h2"),
                        restart("mw2", "h2")))
                .containsExactly("mw2 RESTARTED: host h2 runs a VM of the same anti-affinity group");
    }

    @Test
    void aPlacementIsOnAHostThatIsUpAndNotInMaintenance() {
        assertThat(problems(host("h2", host -> host.withInMaintenance(true)), restart("mw1", "h2")))
                .containsExactly("mw1 RESTARTED: host h2 is in maintenance");
        assertThat(problems(host("h2", host -> host.withHealth(HostHealth.DOWN)), migrate("db1", "h1", "h2")))
                .containsExactly("db1 MIGRATED: host h2 is DOWN");
        assertThat(problems(migrate("db1", "h2", "h2"))).containsExactly("db1 MIGRATED: it is on host h1, not on h2");
        assertThat(problems(migrate("db1", "h1", "h1"))).containsExactly("db1 MIGRATED: it is on host h1 already");
    }

    @Test
    void aShiftNeedsASoundTargetWithRoom() {
        assertThat(problems(shift("mw2", "mw3", "h2", 2_500))).isEmpty();
        assertThat(problems(shift("mw2", "mw3", "h1", 2_500)))
                .containsExactly("mw2 SHIFTED: target mw3 is not on host h1");
        assertThat(problems(shift("mw2", "mw3", "h2", 9_000)))
                .containsExactly("mw2 SHIFTED: host h2 has no room for 7000m CPU, 0 MiB more");
        assertThat(problems(shift("mw2", "mw1", "h1", 2_000)))
                .containsExactly("mw2 SHIFTED: target mw1 is FAILED and its power is ON");
    }

    @Test
    void aFailbackGivesAHealthyVmWhatIsServedByTheOtherOne() {
        Inventory served = change(reference, "mw2", vm -> vm.withServedBy(VmId.of("mw3")));

        assertThat(problems(served, failback("mw2", "mw3"))).isEmpty();
        assertThat(problems(served, failback("mw2", "mw4")))
                .containsExactly("mw2 FAILED_BACK: its requests are served by mw3, not by mw4");
        assertThat(problems(change(served, "mw2", vm -> vm.withPower(PowerState.OFF)), failback("mw2", "mw3")))
                .containsExactly("mw2 FAILED_BACK: it is HEALTHY and its power is OFF");
        assertThat(problems(
                        served.with(served.requireHost(HostId.of("h1")).withInMaintenance(true)),
                        failback("mw2", "mw3")))
                .containsExactly("mw2 FAILED_BACK: its host h1 is in maintenance");
    }

    @Test
    void labelsHoldForEveryDecision() {
        HaPolicies policies = HaPolicies.builder()
                .config(FailoverConfig.builder().addSameLabel("tenant").build())
                .build();
        Inventory red = change(reference, "mw1", vm -> vm.withLabels(Map.of("tenant", "red")));

        assertThat(policies.check().problems(red, redirect("mw1", "mw3", "mw1")))
                .containsExactly("mw1 REDIRECTED: target mw3: its label tenant is absent, not red");
    }

    @Test
    void anOwnPolicysRulesSeeWhatItDecidedBefore() {
        HaPolicies policies = HaPolicies.builder()
                .failover((inventory, report) -> new DecisionBatch(List.of()))
                .rule((candidate, context) ->
                        context.inventory().servedFor(candidate.vm().id()).isEmpty()
                                ? Optional.empty()
                                : Optional.of("it serves enough"))
                .build();

        assertThat(policies.check()
                        .problems(
                                reference,
                                new DecisionBatch(
                                        List.of(redirect("mw1", "mw3", "mw1"), redirect("mw2", "mw3", "mw2")))))
                .containsExactly("mw2 REDIRECTED: target mw3: it serves enough");
    }

    private List<String> problems(Decision... parts) {
        return problems(reference, parts);
    }

    private static List<String> problems(Inventory inventory, Decision... parts) {
        return HaPolicies.withDefaults()
                .check()
                .problems(
                        inventory,
                        new DecisionBatch(Stream.of(parts)
                                .flatMap(part -> part.parts().stream())
                                .toList()));
    }

    private static SubjectDecision redirect(String vm, String target, String... owners) {
        return new SubjectDecision.Redirect(
                VmId.of(vm),
                Trigger.GUEST_HUNG,
                Stream.of(owners).map(VmId::of).toList(),
                VmId.of(target),
                ClusterRole.PRIMARY,
                false,
                WHY);
    }

    private static SubjectDecision restart(String vm, String host) {
        return new SubjectDecision.Restart(VmId.of(vm), Trigger.GUEST_HUNG, HostId.of(host), ClusterRole.PRIMARY, WHY);
    }

    private static SubjectDecision reclone(String vm, String host) {
        return new SubjectDecision.Reclone(
                VmId.of(vm),
                Trigger.GUEST_HUNG,
                TemplateId.of("mw-template"),
                HostId.of(host),
                ClusterRole.PRIMARY,
                WHY);
    }

    private static SubjectDecision migrate(String vm, String from, String to) {
        return new SubjectDecision.Migrate(
                VmId.of(vm), Trigger.MAINTENANCE, HostId.of(from), HostId.of(to), ClusterRole.PRIMARY, WHY);
    }

    private SubjectDecision reallocate(String vm, long cpuMillis) {
        return new SubjectDecision.Reallocate(
                VmId.of(vm),
                Trigger.LOAD,
                reference.requireVm(VmId.of(vm)).host(),
                Resources.of(cpuMillis, 8_192),
                WHY);
    }

    private static SubjectDecision shift(String vm, String target, String host, long cpuMillis) {
        return new SubjectDecision.Shift(
                VmId.of(vm),
                Trigger.LOAD,
                List.of(VmId.of(vm)),
                VmId.of(target),
                ClusterRole.PRIMARY,
                HostId.of(host),
                Resources.of(cpuMillis, 8_192),
                WHY);
    }

    private static SubjectDecision failback(String vm, String server) {
        return new SubjectDecision.Failback(
                VmId.of(vm), Trigger.REPAIRED, VmId.of(server), ClusterRole.PRIMARY, false, WHY);
    }

    private Inventory host(String id, UnaryOperator<Host> change) {
        return reference.with(change.apply(reference.requireHost(HostId.of(id))));
    }

    private static Inventory change(Inventory inventory, String vm, UnaryOperator<VirtualMachine> change) {
        return inventory.with(change.apply(inventory.requireVm(VmId.of(vm))));
    }
}
