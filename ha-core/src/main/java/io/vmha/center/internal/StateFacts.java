package io.vmha.center.internal;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.VmId;
import io.vmha.plan.PlanFacts;
import io.vmha.policy.SubjectDecision;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the planner asks of what is known. On the center's loop.
 *
 * @param state what is known and wanted
 */
record StateFacts(CenterState state) implements PlanFacts {
    @Override
    public boolean isConfirmedOff(VmId vm) {
        return state.places().isConfirmedOff(vm);
    }

    @Override
    public boolean showsFaults() {
        return true;
    }

    @Override
    public boolean acceptsWrites(VmId vm) {
        return state.vm(vm)
                .filter(found -> state.vmDatabases().isAtWriter(found.seen()))
                .isPresent();
    }

    /** The VM whose database has to be promoted first for what was decided. */
    Optional<VmId> promotedBy(SubjectDecision part) {
        if (part instanceof SubjectDecision.Redirect redirect
                && !redirect.owners().isEmpty()) {
            return Optional.of(redirect.target()).filter(target -> isToPromote(redirect.vm(), target));
        }
        return part instanceof SubjectDecision.Failback failback
                ? Optional.of(failback.vm()).filter(vm -> isToPromote(vm, vm))
                : Optional.empty();
    }

    private boolean isToPromote(VmId vm, VmId target) {
        return !acceptsWrites(target)
                && state.vm(vm)
                        .filter(found -> state.vmDatabases().needsWriter(found.seen()))
                        .isPresent();
    }

    /** Whether there is somebody who can promote a VM's database: whoever reads its set. */
    boolean canPromote(VmId target) {
        return state.vm(target)
                .flatMap(vm -> state.vmDatabases().setOf(vm.seen()))
                .filter(set -> state.databases().isRead(set.id()))
                .isPresent();
    }

    @Override
    public Optional<VmId> wellWriterBeside(VmId vm) {
        return state.vm(vm).flatMap(this::wellWriter);
    }

    @Override
    public Optional<HostId> lostHostOfGoneServer(VmId owner) {
        Optional<VmId> server = state.vm(owner).map(VmRecord::server);
        if (server.isEmpty() || server.get().equals(owner) || !Needs.isGone(server.get(), state)) {
            return Optional.empty();
        }
        return state.vm(server.get())
                .flatMap(gone -> gone.mayRunOn().stream()
                        .filter(this::doesNotAnswer)
                        .sorted()
                        .findFirst());
    }

    /** What is not to be managed is not powered off with its host for the sake of another. */
    @Override
    public Set<HostId> lostHostsOfOtherWriters(VmId promoted) {
        Optional<VmRecord> target = state.vm(promoted);
        Optional<MemberId> own = target.flatMap(vm -> state.vmDatabases().memberOf(vm.seen()));
        Optional<ReplicaSet> set = target.flatMap(vm -> state.vmDatabases().setOf(vm.seen()));
        if (set.isEmpty()) {
            return Set.of();
        }
        Set<MemberId> others = set.get().memberIds().stream()
                .filter(member ->
                        !own.equals(Optional.of(member)) && state.databases().mayWrite(member))
                .collect(toSet());
        return state.hosts().stream()
                .map(host -> host.seen().id())
                .filter(this::doesNotAnswer)
                .filter(host -> state.running(host).stream()
                        .filter(vm -> vm.desired() != DesiredState.UNMANAGED)
                        .flatMap(vm -> state.vmDatabases().memberOf(vm.seen()).stream())
                        .anyMatch(others::contains))
                .collect(toCollection(TreeSet::new));
    }

    private boolean doesNotAnswer(HostId id) {
        return state.host(id)
                .filter(host -> host.health() == HostHealth.UNREACHABLE)
                .isPresent();
    }

    /** A VM of another database of the same set that is seen to write, where one of its VMs is well. */
    private Optional<VmId> wellWriter(VmRecord target) {
        Optional<MemberId> own = state.vmDatabases().memberOf(target.seen());
        return state.vmDatabases()
                .setOf(target.seen())
                .flatMap(ReplicaSet::writer)
                .map(DatabaseMember::id)
                .filter(writer -> !own.equals(Optional.of(writer)))
                .flatMap(writer -> state.vmDatabases().vmsOf(writer).stream()
                        .filter(vm -> !vm.isFailed()
                                && vm.power() == PowerState.ON
                                && state.runsVms(vm.seen().host()))
                        .map(VmRecord::id)
                        .sorted()
                        .findFirst());
    }
}
