package io.vmha.center.internal;

import static java.util.stream.Collectors.toCollection;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.VmId;
import io.vmha.plan.Plan;
import io.vmha.policy.Explanation;
import io.vmha.policy.FencingMode;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Requests of VMs that are well and that are served in vain: by a VM whose database does not accept writes, or by one that was deleted.
 * They follow the database that does, go elsewhere, or come home. Keeps nothing; on the center's loop.
 */
final class StrandedRequests {
    private final CenterLoop center;
    private final CenterState state;
    private final NeedNotes notes;
    private final ChosenPolicies policies;
    private final Refusals refusals;
    private final SoundDecisions sound;
    private final PlanOpening plans;
    private final StateFacts facts;

    StrandedRequests(
            CenterLoop center, ChosenPolicies policies, Refusals refusals, SoundDecisions sound, PlanOpening plans) {
        this.center = center;
        this.state = center.state();
        this.notes = center.notes();
        this.policies = policies;
        this.refusals = refusals;
        this.sound = sound;
        this.plans = plans;
        this.facts = new StateFacts(state);
    }

    /**
     * A VM is well, and its requests go to a database that does not accept writes: they follow the one that does.
     *
     * @return whether they can
     */
    @CanIgnoreReturnValue
    boolean follow(VmRecord vm, Optional<Refusals.Failed> failed) {
        boolean isHandedOver = state.vmDatabases()
                .setOf(vm.seen())
                .filter(set -> center.executor().isHandingOver(set.id()))
                .isPresent();
        if (isHandedOver && failed.isEmpty()) {
            // The end of that plan decides again: to promote one now would undo what it does.
            return false;
        }
        Optional<SubjectDecision> found = followed(vm).map(sound::possible);
        if (found.isPresent()
                && found.get() instanceof SubjectDecision.Redirect redirect
                && !redirect.owners().isEmpty()) {
            beginFollowing(redirect);
            return true;
        }
        if (failed.isPresent()) {
            refusals.blocked(vm, failed.get());
        } else {
            notes.noteAll(found.stream()
                    .map(part -> refusals.explained(vm.id(), NeedKind.SERVE, part))
                    .toList());
        }
        return false;
    }

    /** Where no database writes, the best one is promoted; that is the one that served last, where there is no other. */
    private Optional<SubjectDecision> followed(VmRecord vm) {
        Optional<VmRecord> server = state.vm(vm.server());
        boolean isAnyWriter = state.vmDatabases()
                .setOf(vm.seen())
                .flatMap(ReplicaSet::presumedWriter)
                .isPresent();
        VmId from = isAnyWriter ? vm.id() : vm.server();
        Optional<SubjectDecision> decided = policies
                .current()
                .failover()
                .decide(
                        refusals.view(vm.id()),
                        FaultReport.ofVm(from, FaultKind.SERVICE_DOWN, center.now(), "database", 0))
                .parts()
                .stream()
                .filter(part -> part instanceof SubjectDecision.Redirect || part instanceof SubjectDecision.NoTarget)
                .filter(part -> part.subject().is(from))
                .findFirst();
        if (decided.isPresent()
                && policies.current()
                        .check()
                        .problems(state.inventory(), decided.get())
                        .isEmpty()) {
            boolean isFound = decided.get() instanceof SubjectDecision.Redirect;
            if (isFound || isAnyWriter) {
                return isFound ? decided.map(part -> of(vm, (SubjectDecision.Redirect) part)) : decided;
            }
        }
        return server.filter(found -> !isAnyWriter && isServing(found))
                .map(found -> new SubjectDecision.Redirect(
                        vm.id(),
                        Trigger.SERVICE_DOWN,
                        List.of(vm.id()),
                        found.id(),
                        state.requireHost(found.seen().host()).seen().role(),
                        false,
                        Explanation.of(
                                () -> "no database accepts writes: that of " + found.id() + " is promoted again")));
    }

    private boolean isServing(VmRecord vm) {
        return Needs.takesRequests(vm.id(), state.inventory());
    }

    /** What was decided about the server, for the VM whose requests those are. */
    private static SubjectDecision of(VmRecord vm, SubjectDecision.Redirect redirect) {
        boolean isItsOwn = redirect.vm().equals(vm.id());
        return isItsOwn ? redirect : alone(vm, redirect, redirect.trigger(), redirect.explain());
    }

    /** The requests of one VM go to the target of a decision about others. */
    private static SubjectDecision.Redirect alone(
            VmRecord vm, SubjectDecision.Redirect decided, Trigger trigger, Explanation why) {
        return new SubjectDecision.Redirect(
                vm.id(),
                trigger,
                List.of(vm.id()),
                decided.target(),
                decided.targetRole(),
                decided.overcommitted(),
                why);
    }

    /**
     * The server of a VM that is well was deleted: its requests go where its database may be written, or come home.
     *
     * @param failed what was decided for them before and came to nothing; home is then not tried once more at once
     */
    void serveAgain(VmRecord vm, VmId server, Optional<Refusals.Failed> failed) {
        boolean isWriterElsewhere = state.vmDatabases().needsWriter(vm.seen())
                && !state.vmDatabases().isAtWriter(vm.seen());
        if (isWriterElsewhere && (follow(vm, failed) || failed.isPresent())) {
            return;
        }
        if (vm.desired() == DesiredState.OFF) {
            // Home takes none.
            Optional<SubjectDecision> decided = decidedElsewhere(vm);
            if (!serveElsewhere(vm, server, decided)) {
                noteNobody(vm, server, decided);
            }
            return;
        }
        if (isServing(vm)
                || !serveElsewhere(
                        vm,
                        server,
                        decidedElsewhere(vm)
                                .filter(part -> facts.promotedBy(part).isEmpty()))) {
            sendHome(vm, server);
        }
    }

    /**
     * Home takes no requests, as its host is in maintenance: they go where those of a failed VM would.
     *
     * @return whether there is such a place
     */
    private boolean serveElsewhere(VmRecord vm, VmId server, Optional<SubjectDecision> decided) {
        Optional<SubjectDecision> found = decided.filter(part -> part instanceof SubjectDecision.Redirect);
        if (found.isEmpty()
                || !policies.current()
                        .check()
                        .problems(state.inventory(), found.get())
                        .isEmpty()) {
            return false;
        }
        SubjectDecision.Redirect redirect = (SubjectDecision.Redirect) found.get();
        SubjectDecision.Redirect part = alone(
                vm,
                redirect,
                Trigger.MAINTENANCE,
                Explanation.of(() -> server + " was deleted and " + vm.id() + " is not to serve: its requests go to "
                        + redirect.target()));
        // They are with nobody: there is nothing to confirm off before.
        beginFollowing(part);
        return true;
    }

    private Optional<SubjectDecision> decidedElsewhere(VmRecord vm) {
        FaultReport report = FaultReport.ofVm(vm.id(), FaultKind.SERVICE_DOWN, center.now(), "deletion", 0);
        return policies.current().failover().decide(refusals.view(vm.id()), report).parts().stream()
                .filter(part -> part instanceof SubjectDecision.Redirect || part instanceof SubjectDecision.NoTarget)
                .filter(part -> part.subject().is(vm.id()))
                .map(sound::possible)
                .findFirst();
    }

    /** Why the policy finds none is told, or why those refused that it found before. */
    private void noteNobody(VmRecord vm, VmId server, Optional<SubjectDecision> decided) {
        Reason reason = decided.filter(part -> !(part instanceof SubjectDecision.Redirect))
                .map(part -> refusals.explained(vm.id(), NeedKind.SERVE, part))
                .map(SubjectDecision::reason)
                .orElse(Reason.NO_SAME_TYPE_HEALTHY);
        notes.note(
                vm,
                NeedKind.RETURN,
                reason,
                server + " was deleted, " + vm.id() + " is wanted off, and nobody else can take its requests: "
                        + reason);
    }

    private void beginFollowing(SubjectDecision.Redirect redirect) {
        Set<HostId> fenced = redirect.owners().stream()
                .filter(owner -> policies.config()
                                .fencingOf(state.requireVm(owner).seen().type())
                        == FencingMode.REQUIRED)
                .flatMap(owner -> facts.lostHostOfGoneServer(owner).stream())
                .collect(toCollection(TreeSet::new));
        Plan plan = FollowPlan.of(plans.nextNumber(), redirect, fenced, facts);
        plans.begin(new PlanOpening.Begun(
                Optional.empty(), redirect, plan, 1, false, Optional.empty(), new PendingDecision()));
    }

    private void sendHome(VmRecord vm, VmId server) {
        state.flag(vm.id(), VmState.Flag.RETURNING, true);
        ClusterRole role = state.requireHost(vm.seen().host()).seen().role();
        SubjectDecision part = new SubjectDecision.Failback(
                vm.id(),
                Trigger.REPAIRED,
                server,
                role,
                false,
                Explanation.of(() -> server + " was deleted: the requests of " + vm.id() + " come home"));
        // Neither limited nor checked as a return home is: they are with nobody now.
        Plan plan = plans.planOf(plans.nextNumber(), part);
        plans.begin(new PlanOpening.Begun(
                Optional.empty(), part, plan, 1, false, Optional.of("deletion of " + server), new PendingDecision()));
    }
}
