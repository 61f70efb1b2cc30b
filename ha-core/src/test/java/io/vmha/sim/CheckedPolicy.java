package io.vmha.sim;

import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionEffects;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FailoverPolicy;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.SubjectDecision;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** The default policy, each decision of which is checked against invariants 2, 3 and 6. Immutable but for a mutation. */
final class CheckedPolicy implements FailoverPolicy {
    private final FailoverPolicy policy;
    private final FailoverConfig config;
    private final Mutation mutation;
    private final Random chance = new Random();

    CheckedPolicy(FailoverPolicy policy, FailoverConfig config, Mutation mutation) {
        this.policy = policy;
        this.config = config;
        this.mutation = mutation;
    }

    @Override
    public Decision decide(Inventory inventory, FaultReport report) {
        Decision decision = mutated(inventory, report);
        Violation.check(
                describe(decision).equals(describe(mutated(inventory, report))),
                6,
                () -> "the same inventory and report gave two decisions: " + decision);
        Inventory faulty = FaultEffects.apply(inventory, report);
        for (SubjectDecision part : decision.parts()) {
            if (part instanceof SubjectDecision.Redirect redirect
                    && !redirect.owners().isEmpty()) {
                check(redirect, faulty);
            }
        }
        checkCapacity(decision, DecisionEffects.apply(faulty, decision));
        return decision;
    }

    private static void checkCapacity(Decision decision, Inventory decided) {
        for (SubjectDecision part : decision.parts()) {
            if (part instanceof SubjectDecision.Reclone reclone) {
                Resources given = decided.allocatedOn(reclone.host());
                Violation.check(
                        given.fitsIn(decided.requireHost(reclone.host()).capacity()),
                        5,
                        () -> reclone.host() + " is given more than it has: " + given);
            }
        }
    }

    private static List<String> describe(Decision decision) {
        return decision.parts().stream()
                .map(part -> part.subject() + " " + part.outcome() + " " + part.reason() + " " + target(part))
                .toList();
    }

    private static String target(SubjectDecision part) {
        if (part instanceof SubjectDecision.Redirect redirect) {
            return redirect.target().value();
        }
        return part instanceof SubjectDecision.Reclone reclone ? reclone.host().value() : "";
    }

    private void check(SubjectDecision.Redirect redirect, Inventory faulty) {
        VirtualMachine failed = faulty.requireVm(redirect.vm());
        VirtualMachine target = faulty.requireVm(redirect.target());
        Host host = faulty.hostOf(target);
        Violation.check(
                target.type().equals(failed.type())
                        && target.isServing()
                        && host.isAvailable()
                        && !host.inMaintenance()
                        && !target.id().equals(failed.id()),
                2,
                () -> "the requests of " + failed + " were given to " + target + " on " + host);
        boolean primaryLeft = faulty.vms().stream()
                .anyMatch(vm -> vm.type().equals(failed.type())
                        && vm.isServing()
                        && !vm.id().equals(failed.id())
                        && !config.isLagRefused(vm)
                        && !faulty.hasToRejoin(vm)
                        && faulty.hostOf(vm).isAvailable()
                        && !faulty.hostOf(vm).inMaintenance()
                        && faulty.hostOf(vm).role() == ClusterRole.PRIMARY);
        boolean isWriterLeft = faulty.vms().stream()
                .anyMatch(vm -> vm.type().equals(failed.type())
                        && vm.isServing()
                        && !vm.id().equals(failed.id())
                        && !config.isLagRefused(vm)
                        && faulty.hostOf(vm).isAvailable()
                        && faulty.isAtWriter(vm));
        boolean isAtWriter = faulty.isAtWriter(target);
        Violation.check(
                isAtWriter || !isWriterLeft,
                3,
                () -> target.id() + " took over from " + failed.id() + " though one was left whose database writes");
        Violation.check(
                redirect.targetRole() == ClusterRole.PRIMARY || !primaryLeft || isAtWriter,
                3,
                () -> "the standby " + target.id() + " took over from " + failed.id() + " though a primary was left");
    }

    private Decision mutated(Inventory inventory, FaultReport report) {
        Decision decision = policy.decide(inventory, report);
        if (!(decision instanceof SubjectDecision.Redirect redirect)
                || redirect.owners().isEmpty()) {
            return decision;
        }
        Inventory faulty = FaultEffects.apply(inventory, report);
        VirtualMachine failed = faulty.requireVm(redirect.vm());
        List<VirtualMachine> sameType = faulty.vms().stream()
                .filter(vm -> vm.type().equals(failed.type()) && !vm.id().equals(failed.id()))
                .sorted(Comparator.comparing(VirtualMachine::id))
                .toList();
        if (mutation == Mutation.UNHEALTHY_TARGET) {
            return to(redirect, sameType.get(0), faulty);
        }
        List<VirtualMachine> serving = sameType.stream()
                .filter(vm -> vm.isServing() && faulty.hostOf(vm).isAvailable())
                .toList();
        if (mutation == Mutation.DECISION_BY_CHANCE) {
            return to(redirect, serving.get(chance.nextInt(serving.size())), faulty);
        }
        if (mutation == Mutation.STANDBY_FIRST) {
            return serving.stream()
                    .filter(vm -> faulty.hostOf(vm).role() == ClusterRole.STANDBY)
                    .findFirst()
                    .<Decision>map(vm -> to(redirect, vm, faulty))
                    .orElse(decision);
        }
        return decision;
    }

    private static Decision to(SubjectDecision.Redirect redirect, VirtualMachine target, Inventory inventory) {
        return new SubjectDecision.Redirect(
                redirect.vm(),
                redirect.trigger(),
                redirect.owners(),
                target.id(),
                inventory.hostOf(target).role(),
                redirect.overcommitted(),
                redirect.explain());
    }
}
