package io.vmha.sim;

import com.google.common.collect.Comparators;
import com.google.common.collect.Sets;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.config.HostFencing;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.SubjectDecision;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold when a center's call has its effect, judged by what really is, what its center believed when it made the call, and
 * what it was told before. Confined to the simulation's thread.
 */
final class EffectChecks {
    private final SimulatedCourse course;
    private final SimulatedDatacenter datacenter;
    private final Outside outside;
    private final CheckedJournal journal;
    private final SimulatedCenters centers;
    private final DatabaseClients clients;
    private final FaultCounts counts;
    private Optional<MemberId> handedOverTo = Optional.empty();

    EffectChecks(Stage stage, CheckedJournal journal, SimulatedCenters centers, DatabaseClients clients) {
        this.course = stage.course();
        this.datacenter = stage.datacenter();
        this.outside = stage.outside();
        this.counts = stage.counts();
        this.journal = journal;
        this.centers = centers;
        this.clients = clients;
    }

    private RunningCenter actor(CallContext call) {
        return centers.ofEpoch(call.epoch());
    }

    private Instant issuedAt(CallContext call) {
        return actor(call).process().callIssuedAt();
    }

    /** As of when the center that made a call knows what is written down: of what a later one takes it knows nothing. */
    private Instant knewUntil(CallContext call) {
        Instant issued = issuedAt(call);
        return isLate(call)
                ? Comparators.min(issued, centers.ofEpoch(call.epoch() + 1).startedAt())
                : issued;
    }

    /** Whether another center has been granted a later epoch. */
    private boolean isLate(CallContext call) {
        return call.epoch() < journal.grantedEpoch();
    }

    private static CheckedJournal.Intent intentOf(CallContext call) {
        return new CheckedJournal.Intent(call.plan().orElseThrow(), call.step(), call.epoch());
    }

    private Inventory believed(CallContext call) {
        return actor(call).process().callIssuedOn();
    }

    /** Invariants 4 and 7; returns whether it was under way still when another center had been granted a later epoch. */
    boolean mayAct(CallContext call, String what) {
        CheckedJournal.Intent intent = intentOf(call);
        Violation.check(journal.intends(intent), 4, () -> what + " by " + intent + " without its intent written down");
        RunningCenter actor = actor(call);
        Violation.check(
                actor.believesToLead() || !actor.process().isAlive(),
                7,
                () -> what + " by " + intent + " after its center lost its leadership");
        boolean isLate = isLate(call);
        if (isLate) {
            Violation.check(
                    journal.isIntendedBeforeGrant(intent),
                    7,
                    () -> what + " by " + intent + " though epoch " + journal.grantedEpoch() + " was granted before");
            counts.add("effect still under way when another center leads");
        }
        return isLate;
    }

    private boolean mayWrite(VirtualMachine vm) {
        return vm.power() == PowerState.ON && datacenter.actual().hostOf(vm).health() != HostHealth.DOWN;
    }

    private boolean isUnknown(VirtualMachine vm, CallContext call) {
        return outside.isUnknown(vm.id(), vm.host(), actor(call), issuedAt(call));
    }

    /** Invariants 1, 2 and 10. */
    void routes(CallContext call, VmId owner, VmId server) {
        Inventory actual = datacenter.actual();
        VmId before = datacenter.serverOf(owner);
        Optional<VirtualMachine> left = actual.vm(before);
        Optional<VirtualMachine> to = actual.vm(server);
        if (left.isEmpty() || to.isEmpty() || before.equals(server)) {
            return;
        }
        boolean isDatabase = left.get().type().equals(VmType.DATABASE);
        Violation.check(
                !isDatabase
                        || !mayWrite(left.get())
                        || isHandedOver(left.get(), owner, to.get())
                        || isUnknown(left.get(), call),
                1,
                () -> "the requests of " + owner + " moved to " + server + " while " + before + " may still write");
        Violation.check(
                isDatabase || !isServedWell(call, owner, left.get()) || owner.equals(server),
                10,
                () -> "the requests of " + owner + " moved to " + server + " from " + before
                        + ", which serves well and which the plan is not about");
        checkTarget(call, owner, server);
    }

    /** Whether requests are where they are known to be, at a VM that is well and known to be, and that no decision of the plan is about. */
    private boolean isServedWell(CallContext call, VmId owner, VirtualMachine server) {
        Inventory believed = believed(call);
        return isBelievedToServe(server.id(), believed)
                && isRunningWell(server)
                && journal.isCertainlyOn(server.id(), server.host())
                && journal.isKnownServer(intentOf(call), owner, server.id())
                && journal.decided(call.plan().orElseThrow()).stream()
                        .noneMatch(part -> part.subject().is(server.id()));
    }

    /** Requests may leave a VM that is well where its database does not accept writes, or to go home to one of the same database. */
    private boolean isHandedOver(VirtualMachine left, VmId owner, VirtualMachine to) {
        boolean isHome = owner.equals(to.id()) && datacenter.memberOf(left).equals(datacenter.memberOf(to));
        boolean writesNot = datacenter
                .memberOf(left)
                .filter(member -> !datacenter.writers().contains(member))
                .isPresent();
        return isHome || writesNot;
    }

    private static boolean isBelievedToServe(VmId server, Inventory believed) {
        return believed.vm(server)
                .filter(vm -> vm.isServing() && believed.hostOf(vm).isAvailable())
                .isPresent();
    }

    private void checkTarget(CallContext call, VmId owner, VmId server) {
        Optional<VirtualMachine> target = believed(call).vm(server);
        Violation.check(
                isBelievedToServe(server, believed(call))
                        || isBelievedToServe(server, actor(call).process().callIssuedIn()),
                2,
                () -> "the requests of " + owner + " went to " + server + ", which was believed to be " + target);
        VmType type = datacenter.actual().requireVm(owner).type();
        Violation.check(
                target.orElseThrow().type().equals(type),
                2,
                () -> "the requests of " + owner + ", a " + type + " VM, went to " + target);
    }

    /** Invariant 1: no two members accept writes; and none takes over that is too far behind, or nobody knows how far. */
    void promotes(CallContext call, MemberId member) {
        clients.promotes(member);
        Set<MemberId> writers = datacenter.writers();
        for (VirtualMachine other : datacenter.actual().vms()) {
            Optional<MemberId> others = datacenter.memberOf(other).filter(found -> !found.equals(member));
            boolean writes = others.filter(writers::contains).isPresent() && mayWrite(other);
            Violation.check(
                    !writes || isUnknown(other, call),
                    1,
                    () -> member + " was promoted while " + other.id() + " of " + others + " may still write");
        }
        Optional<VmId> lagging =
                journal.vmOf(intentOf(call)).filter(vm -> outside.isKnownLagging(vm, actor(call), issuedAt(call)));
        // To whom the one that wrote handed over was seen to have all of it, whatever was told before.
        boolean isHandover = handedOverTo.equals(Optional.of(member));
        Violation.check(
                lagging.isEmpty() || isHandover || writers.equals(Set.of(member)),
                2,
                () -> member + " was promoted though its center was told that " + lagging
                        + " is behind, or nobody knows how far");
        handedOverTo = Optional.empty();
    }

    /** A member was made a replica of the one that is to write after it. */
    void demoted(MemberId successor) {
        handedOverTo = Optional.of(successor);
    }

    /** Invariants 8 and 10. */
    void powersOff(CallContext call, VmId id) {
        checkStorm(call, id + " was powered off");
        Optional<VirtualMachine> vm = datacenter.actual().vm(id);
        // By a clock that jumps a fault may look newer than the restart that it came before.
        boolean hasClock = !course.has(CourseEvent.Kind.CLOCK_JUMPS);
        if (vm.isPresent() && isRunningWell(vm.get()) && hasClock) {
            RunningCenter actor = actor(call);
            boolean isKnown = outside.isKnownWell(id, actor, issuedAt(call));
            boolean isToStop = outside.isLeftAloneSince(id, issuedAt(call));
            Violation.check(
                    !isKnown || isToStop, 10, () -> id + " was powered off though its center was told that it is well");
            boolean isBack = outside.isKnownUp(vm.get().host(), actor, issuedAt(call));
            Violation.check(
                    !isBack || isToStop || journal.hasGuestFault(id) || isUnknown(vm.get(), call),
                    10,
                    () -> id + " was powered off though it runs well on "
                            + vm.get().host() + ", which its center was told is up: its VMs are read first");
        }
    }

    private boolean isRunningWell(VirtualMachine vm) {
        return vm.isServing() && datacenter.actual().hostOf(vm).health() == HostHealth.UP;
    }

    /** Invariants 8 and 10. */
    void fences(CallContext call, HostId id) {
        checkStorm(call, "host " + id + " was fenced");
        Host host = datacenter.actual().requireHost(id);
        if (host.health() != HostHealth.UP) {
            return;
        }
        Host believed = believed(call).requireHost(id);
        boolean isSubstitute = believed.health() == HostHealth.UP || believed.health() == HostHealth.DEGRADED;
        Violation.check(
                isSubstitute || !outside.isKnownUp(id, actor(call), issuedAt(call)),
                10,
                () -> "host " + id + " was fenced though its center was told that it is up");
        if (!isSubstitute || course.config().hostFencing() == HostFencing.ALWAYS) {
            return;
        }
        Violation.check(
                course.config().hostFencing() == HostFencing.WHEN_NO_HEALTHY_VM,
                10,
                () -> "host " + id + " was fenced, which is up, and never to be fenced for a VM");
        for (VirtualMachine vm : datacenter.actual().vmsOn(id)) {
            boolean isHit = isRunningWell(vm)
                    && believed(call)
                            .vm(vm.id())
                            .filter(VirtualMachine::isServing)
                            .isPresent()
                    && believed(call).requireVm(vm.id()).host().equals(id);
            Violation.check(!isHit, 10, () -> "host " + id + " was fenced with " + vm.id() + ", which is healthy");
        }
    }

    private void checkStorm(CallContext call, String what) {
        if (journal.isApproved(call.plan().orElseThrow())) {
            return;
        }
        course.config().stormGuard().ifPresent(guard -> {
            double lost = journal.lostHosts(knewUntil(call), guard.window());
            Violation.check(
                    lost / datacenter.actual().hosts().size() <= guard.maxHostFraction(),
                    8,
                    () -> what + " with the storm guard open");
        });
        course.config().vmStormGuard().ifPresent(guard -> {
            double failed = journal.failedVms(knewUntil(call), guard.window());
            // One that was deleted may be known still.
            long all = course.inventory().vms().size()
                    + course.events().stream()
                            .filter(event -> event.kind() == CourseEvent.Kind.VM_ADDED)
                            .count();
            Violation.check(failed / all <= guard.maxVmFraction(), 8, () -> what + " with the storm guard of VMs open");
        });
    }

    /** Invariants 1, 5 and 11. */
    void places(CallContext call, String what, VmId id, HostId id2) {
        RunningCenter actor = actor(call);
        Instant issuedAt = issuedAt(call);
        Optional<Host> believed = believed(call).host(id2);
        Violation.check(
                believed.filter(Host::isAvailable).isPresent(),
                11,
                () -> what + " " + id + " on " + id2 + ", which was believed to be " + believed);
        Violation.check(
                !outside.isKnownInMaintenance(id2, actor, issuedAt),
                11,
                () -> what + " " + id + " on " + id2 + ", which is in maintenance");
        Violation.check(
                what.equals("migrate") || !outside.isKnownNotToRun(id, actor, issuedAt),
                11,
                () -> what + " " + id + ", which is not to run, or not to be managed");
        VirtualMachine vm = datacenter.actual().requireVm(id);
        boolean runsElsewhere = !what.equals("migrate")
                && vm.type().equals(VmType.DATABASE)
                && mayWrite(vm)
                && !vm.host().equals(id2);
        Violation.check(
                !runsElsewhere || isUnknown(vm, call),
                1,
                () -> what + " " + id + " on " + id2 + " while it runs on " + vm.host());
        checkApart(what, vm, id2);
    }

    private void checkApart(String what, VirtualMachine vm, HostId host) {
        boolean keepsApart = datacenter.actual().vmsOn(host).stream()
                .noneMatch(other -> !other.id().equals(vm.id())
                        && other.power() != PowerState.OFF
                        && !Sets.intersection(other.antiAffinity(), vm.antiAffinity())
                                .isEmpty());
        Violation.check(
                keepsApart || outside.isCrowded(host),
                5,
                () -> what + " " + vm.id() + " on " + host + " beside one of its anti-affinity group");
    }

    /** Invariant 10: nothing is given to a VM, or to one that is to relieve it, once its load is known to have fallen. */
    void reallocates(CallContext call, VmId vm) {
        for (SubjectDecision part : journal.decided(call.plan().orElseThrow())) {
            Optional<VmId> loaded = part instanceof SubjectDecision.Reallocate reallocate
                            && reallocate.vm().equals(vm)
                    ? Optional.of(vm)
                    : part instanceof SubjectDecision.Shift shift
                                    && shift.target().equals(vm)
                            ? Optional.of(shift.vm())
                            : Optional.empty();
            Violation.check(
                    loaded.filter(one -> outside.isKnownRelieved(one, actor(call), issuedAt(call)))
                            .isEmpty(),
                    10,
                    () -> vm + " was reallocated though its center was told that " + loaded
                            + " is not loaded any more");
        }
    }

    /** Invariant 5: what is refused for want of room must not be past what the host's running VMs leave. */
    void refusal(VmId vm, HostId host, Resources asked, Runnable effect) {
        try {
            effect.run();
        } catch (AdapterException.Permanent refused) {
            if (refused.reason() == AdapterException.Cause.NO_CAPACITY) {
                counts.add("refused for want of room");
                checkRefusal(vm, host, asked);
            }
            throw refused;
        }
    }

    private void checkRefusal(VmId vm, HostId host, Resources asked) {
        Inventory actual = datacenter.actual();
        Resources running = actual.vmsOn(host).stream()
                .filter(other -> !other.id().equals(vm) && other.power() != PowerState.OFF)
                .map(VirtualMachine::allocation)
                .reduce(Resources.of(0, 0), Resources::plus);
        Violation.check(
                running.plus(asked).fitsIn(actual.requireHost(host).capacity())
                        || outside.isCrowded(host)
                        || outside.wasResized(vm)
                        || actual.vmsOn(host).stream().anyMatch(other -> outside.wasResized(other.id())),
                5,
                () -> vm + " was to have " + asked + " on " + host + ", whose other VMs run with " + running);
    }
}
