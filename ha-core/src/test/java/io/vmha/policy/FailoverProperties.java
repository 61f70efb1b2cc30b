package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds for any inventory, configuration and sequence of faults; each failure names the seed that shows it. */
class FailoverProperties {
    /** Fewer where each of many mutations is tried on them. */
    private static final int USUAL = Integer.getInteger("vmha.cases", 2_000);

    private static final int FULL = 100_000;
    private static final int FAULTS_EACH = 6;

    @Test
    void thePolicyDecidesAsThePlainReferenceDoesAndKeepsTheInvariants() {
        check(0, USUAL);
    }

    @Test
    @Tag("slow")
    void thePolicyDecidesAsThePlainReferenceDoesAndKeepsTheInvariantsInManyCases() {
        check(USUAL, FULL);
    }

    private static void check(long firstSeed, int cases) {
        for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
            check(seed);
        }
    }

    private static void check(long seed) {
        RandomDatacenter random = new RandomDatacenter(seed);
        FailoverConfig config = random.config();
        FailoverPolicy policy = HaPolicies.builder().config(config).build().failover();
        ReferencePolicy reference = new ReferencePolicy(config);
        Inventory inventory = random.inventory();
        for (int i = 0; i < FAULTS_EACH; i++) {
            FaultReport fault = random.fault(inventory);
            String what = "seed " + seed + ", fault " + i + ": " + fault;
            Decision decision = policy.decide(inventory, fault);

            assertThat(decision.parts().stream().map(DecisionText::row).toList())
                    .as(what)
                    .isEqualTo(reference.decide(inventory, fault));
            assertThat(policy.decide(inventory, fault).parts().stream()
                            .map(DecisionText::row)
                            .toList())
                    .as("%s, decided again", what)
                    .isEqualTo(decision.parts().stream().map(DecisionText::row).toList());
            assertThat(policy.decide(FaultEffects.apply(inventory, fault), fault).parts().stream()
                            .map(DecisionText::row)
                            .toList())
                    .as("%s, shown already", what)
                    .isEqualTo(decision.parts().stream().map(DecisionText::row).toList());
            DecisionCheck check = HaPolicies.builder().config(config).build().check();
            assertThat(check.problems(inventory, decision)).as(what).isEmpty();
            assertThat(check.problems(FaultEffects.apply(inventory, fault), decision))
                    .as("%s, shown already", what)
                    .isEmpty();
            Inventory before = inventory;
            inventory = checkedStepByStep(FaultEffects.apply(before, fault), decision, config, what);
            assertThat(DecisionEffects.apply(before, fault, decision)).as(what).isEqualTo(inventory);
            inventory = random.repairSomething(inventory);
        }
    }

    /** Invariants 2, 3, 5 and 9 of the reference design, after each single decision. */
    private static Inventory checkedStepByStep(
            Inventory faulty, Decision decision, FailoverConfig config, String what) {
        Inventory now = faulty;
        for (SubjectDecision part : decision.parts()) {
            Inventory before = now;
            if (part instanceof SubjectDecision.Redirect redirect
                    && !redirect.owners().isEmpty()) {
                checkTarget(before, redirect, config, what);
            }
            now = DecisionEffects.apply(now, part);
            checkCapacity(before, now, what);
            checkShares(before, now, part, what);
        }
        assertThat(DecisionEffects.apply(faulty, decision)).as(what).isEqualTo(now);
        return now;
    }

    private static void checkTarget(
            Inventory before, SubjectDecision.Redirect redirect, FailoverConfig config, String what) {
        VirtualMachine target = before.requireVm(redirect.target());
        VirtualMachine failed = before.requireVm(redirect.vm());
        assertThat(config.sameLabel())
                .as(what)
                .allMatch(label -> label(target, label).equals(label(failed, label)));
        assertThat(target.type())
                .as(what)
                .isEqualTo(before.requireVm(redirect.vm()).type());
        assertThat(target.id()).as(what).isNotEqualTo(redirect.vm());
        assertThat(ReferencePolicy.couldServe(before, target.id())).as(what).isTrue();
        if (before.hostOf(target).role() == ClusterRole.STANDBY && !config.overloadUsesStandby()) {
            assertThat(before.vms())
                    .as(what)
                    .noneMatch(vm -> vm.type().equals(target.type())
                            && !vm.id().equals(redirect.vm())
                            && before.hostOf(vm).role() == ClusterRole.PRIMARY
                            && config.sameLabel().stream()
                                    .allMatch(label -> label(vm, label).equals(label(failed, label)))
                            && ReferencePolicy.couldServe(before, vm.id()));
        }
    }

    private static Optional<String> label(VirtualMachine vm, String name) {
        return Optional.ofNullable(vm.labels().get(name));
    }

    private static void checkCapacity(Inventory before, Inventory after, String what) {
        for (Host host : after.hosts()) {
            HostId id = host.id();
            boolean grew = !after.allocatedOn(id).fitsIn(before.allocatedOn(id));
            if (grew) {
                assertThat(after.allocatedOn(id).fitsIn(host.capacity()))
                        .as(what)
                        .isTrue();
            }
        }
    }

    /** Every machine's requests are served by what served them before, or by the target of this very decision. */
    private static void checkShares(Inventory before, Inventory after, SubjectDecision part, String what) {
        Map<String, String> moved = new HashMap<>();
        if (part instanceof SubjectDecision.Redirect redirect) {
            redirect.owners()
                    .forEach(owner -> moved.put(owner.value(), redirect.target().value()));
        }
        for (VirtualMachine vm : after.vms()) {
            String id = vm.id().value();
            String expected = moved.getOrDefault(id, server(before.requireVm(vm.id())));
            assertThat(server(vm)).as("%s: %s", what, id).isEqualTo(expected);
        }
        double workBefore = work(before);
        assertThat(work(after)).as(what).isBetween(workBefore - 1e-6, workBefore + 1e-6);
    }

    private static String server(VirtualMachine vm) {
        return vm.servedBy().orElse(vm.id()).value();
    }

    private static double work(Inventory inventory) {
        return inventory.vms().stream()
                .mapToDouble(vm -> vm.load() * vm.allocation().cpuMillis())
                .sum();
    }

    @Test
    void hostsThatFailAtOnceAreDecidedAsThePlainReferenceDecidesThem() {
        for (long seed = 0; seed < USUAL; seed++) {
            RandomDatacenter random = new RandomDatacenter(seed);
            FailoverConfig config = random.config();
            Inventory inventory = random.inventory();
            List<FaultReport> reports = inventory.hosts().stream()
                    .map(Host::id)
                    .sorted()
                    .limit(1 + seed % 3)
                    .map(host -> Fixtures.hostDown(host.value()))
                    .toList();
            Decision decision =
                    HaPolicies.builder().config(config).build().failover().decideAll(inventory, reports);

            assertThat(decision.parts().stream().map(DecisionText::row).toList())
                    .as("seed %s", seed)
                    .isEqualTo(new ReferencePolicy(config).decide(inventory, reports));
        }
    }

    /** The reference places each machine where the fullest host is least full afterwards, by looking at every host. */
    @Test
    void whereEveryMachineIsRestartedTheFullestHostIsNoFullerThanThePlainReferenceLeavesIt() {
        for (long seed = 0; seed < USUAL; seed++) {
            RandomDatacenter random = new RandomDatacenter(seed);
            Inventory inventory = random.inventory();
            FailoverConfig.Builder config = FailoverConfig.builder();
            inventory.vms().stream()
                    .map(VirtualMachine::type)
                    .distinct()
                    .forEach(type -> config.putRecovery(type, RecoveryMode.RESTART));
            List<FaultReport> reports = inventory.hosts().stream()
                    .map(Host::id)
                    .sorted()
                    .limit(2)
                    .map(host -> Fixtures.hostDown(host.value()))
                    .toList();
            Decision decision = HaPolicies.builder()
                    .config(config.build())
                    .build()
                    .failover()
                    .decideAll(inventory, reports);
            Inventory lost = inventory;
            for (FaultReport report : reports) {
                lost = FaultEffects.apply(lost, report);
            }

            assertThat(fullest(DecisionEffects.apply(lost, decision)))
                    .as("seed %s", seed)
                    .isLessThanOrEqualTo(fullest(placedPlainly(lost, reports)));
        }
    }

    private static Inventory placedPlainly(Inventory lost, List<FaultReport> reports) {
        Inventory now = lost;
        List<VirtualMachine> failed = new ArrayList<>();
        for (FaultReport report : reports) {
            failed.addAll(lost.vmsOn(((FaultSubject.OfHost) report.subject()).host()));
        }
        failed.sort(Comparator.comparingInt((VirtualMachine vm) -> -vm.priority())
                .thenComparing(vm -> vm.id().value()));
        for (VirtualMachine vm : failed) {
            Host best = null;
            for (Host host : now.hosts()) {
                if (host.health() == HostHealth.UP
                        && !host.inMaintenance()
                        && host.role() == now.hostOf(vm).role()
                        && vm.allocation().fitsIn(now.freeOn(host.id()))
                        && now.vmsOn(host.id()).stream()
                                .noneMatch(other -> !Collections.disjoint(vm.antiAffinity(), other.antiAffinity()))
                        && (best == null || isBetter(now, host, best, vm))) {
                    best = host;
                }
            }
            if (best != null) {
                now = now.with(VirtualMachineCopy.offOn(vm, best.id()));
            }
        }
        return now;
    }

    private static boolean isBetter(Inventory now, Host host, Host best, VirtualMachine vm) {
        return host.inQuarantine() == best.inQuarantine()
                ? fullness(now, host, vm) < fullness(now, best, vm)
                : best.inQuarantine();
    }

    private static double fullness(Inventory now, Host host, VirtualMachine added) {
        Resources allocated = now.allocatedOn(host.id()).plus(added.allocation());
        return Math.max(
                (double) allocated.cpuMillis() / host.capacity().cpuMillis(),
                (double) allocated.memoryMiB() / host.capacity().memoryMiB());
    }

    private static double fullest(Inventory inventory) {
        return inventory.hosts().stream()
                .filter(host -> host.health() == HostHealth.UP)
                .mapToDouble(host -> Math.max(
                        (double) inventory.allocatedOn(host.id()).cpuMillis()
                                / host.capacity().cpuMillis(),
                        (double) inventory.allocatedOn(host.id()).memoryMiB()
                                / host.capacity().memoryMiB()))
                .max()
                .orElse(0);
    }

    /** Whatever kinds of reports come together, the failovers are the plain reference's, each with the trigger of its own. */
    @Test
    void aMixtureOfReportsIsDecidedAsThePlainReferenceDoes() {
        for (long seed = 0; seed < USUAL; seed++) {
            RandomDatacenter random = new RandomDatacenter(seed);
            FailoverConfig config = random.config();
            HaPolicies policies = HaPolicies.builder().config(config).build();
            Inventory inventory = random.inventory();
            Inventory faulty = inventory;
            for (int i = 0; i < 3; i++) {
                List<FaultReport> reports = random.mixture(faulty);
                Decision decision = policies.failover().decideAll(faulty, reports);
                Inventory shown = faulty;
                for (FaultReport report : reports) {
                    shown = FaultEffects.apply(shown, report);
                }

                String what = "seed " + seed + ": " + reports;
                assertThat(decision.parts().stream()
                                .filter(part -> part.trigger() != Trigger.HOST_DEGRADED)
                                .map(DecisionText::row)
                                .toList())
                        .as(what)
                        .isEqualTo(new ReferencePolicy(config).decide(faulty, reports));
                checkTriggers(faulty, reports, decision, what);
                assertThat(policies.check().problems(shown, decision)).as(what).isEmpty();
                assertThat(policies.failover().decideAll(shown, reports).parts().stream()
                                .map(DecisionText::row)
                                .toList())
                        .as("%s, shown already", what)
                        .isEqualTo(
                                decision.parts().stream().map(DecisionText::row).toList());
                faulty = random.repairSomething(checkedStepByStep(shown, decision, config, what));
            }
        }
    }

    private static void checkTriggers(Inventory inventory, List<FaultReport> reports, Decision decision, String what) {
        for (SubjectDecision part : decision.parts()) {
            VirtualMachine vm = inventory.requireVm(((FaultSubject.OfVm) part.subject()).vm());
            FaultSubject host = new FaultSubject.OfHost(vm.host());
            Trigger expected = reports.stream()
                    .filter(report -> report.subject().equals(host))
                    .filter(report -> report.kind() != FaultKind.HOST_DEGRADED || !isReported(vm, reports))
                    .findFirst()
                    .or(() -> reports.stream()
                            .filter(report -> report.subject().equals(part.subject()))
                            .findFirst())
                    .map(report -> Trigger.of(report.kind()))
                    .orElseThrow();
            assertThat(part.trigger()).as("%s: %s", what, part.subject()).isEqualTo(expected);
        }
    }

    private static boolean isReported(VirtualMachine vm, List<FaultReport> reports) {
        return reports.stream().anyMatch(report -> report.subject().equals(new FaultSubject.OfVm(vm.id())));
    }

    @Test
    void hostsThatFailAtOnceAreNoTargetsForOneAnother() {
        for (long seed = 0; seed < USUAL; seed++) {
            RandomDatacenter random = new RandomDatacenter(seed);
            Inventory inventory = random.inventory();
            List<HostId> lost =
                    inventory.hosts().stream().map(Host::id).sorted().limit(2).toList();
            List<FaultReport> reports =
                    lost.stream().map(host -> Fixtures.hostDown(host.value())).toList();
            Decision decision = HaPolicies.withDefaults().failover().decideAll(inventory, reports);

            assertThat(decision.parts())
                    .as("seed %s", seed)
                    .noneMatch(part -> part instanceof SubjectDecision.Redirect redirect
                            && lost.contains(
                                    inventory.requireVm(redirect.target()).host()));
        }
    }
}
