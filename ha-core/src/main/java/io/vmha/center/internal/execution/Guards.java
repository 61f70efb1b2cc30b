package io.vmha.center.internal.execution;

import com.google.common.collect.Sets;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.VmDatabases;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.policy.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The guards, each judged just before an effect: on every way into it and again once its intent is written. The order is that in
 * which they are told. A guard that can only say no for good ends the step, and what it was for is decided anew; an approval
 * answers {@link #NOT_HELD} and no other.
 */
final class Guards {
    private Guards() {}

    /** The fault, or whatever else the step acts for, is still there. */
    static final Guard STILL_NEEDED = (action, context) ->
            context.isStillNeeded() ? Verdict.PASS : Verdict.never(Reason.FAULT_CLOSED, "what it was for is over");

    /** The center is not paused, and neither the automation level nor a storm guard holds it; nobody has to approve what is so already. */
    static final Guard NOT_HELD = (action, context) -> context.holdOf(action)
            .filter(reason -> !isOffAlready(action, context))
            .map(reason -> Verdict.hold(reason, "it is held: " + reason))
            .orElse(Verdict.PASS);

    private static boolean isOffAlready(Action action, GuardContext context) {
        return action instanceof Action.PowerOff powerOff
                && context.state().places().isConfirmedOff(powerOff.target());
    }

    /** The VM and the hosts that it names are known. */
    static final Guard KNOWN = (action, context) -> {
        boolean isKnown = action instanceof Action.DeleteLeftovers
                || action.vm().map(vm -> isPresent(context, vm)).orElse(true);
        return isKnown
                ? Verdict.PASS
                : Verdict.never(
                        Reason.UNKNOWN_SUBJECT, action.vm().orElseThrow() + " is not in the inventory any more");
    };

    /** What holds for every action. */
    static final List<Guard> FOR_ALL = List.of(KNOWN, STILL_NEEDED, NOT_HELD);

    /** What the action would confirm off is not confirmed off yet. */
    static final Guard NOT_OFF_YET = (action, context) -> {
        if (action instanceof Action.PowerOff) {
            return isOffAlready(action, context) ? Verdict.done("confirmed off already") : Verdict.PASS;
        }
        HostId host = ((Action.FenceHost) action).target();
        return context.state()
                        .host(host)
                        .filter(found -> found.health() != HostHealth.DOWN)
                        .isPresent()
                ? Verdict.PASS
                : Verdict.done("confirmed off already");
    };

    /**
     * Whatever a plan still has to do, a VM that is well is powered off only where an operator wants it off: one that is not known to be
     * off, and of which no fault is left, too. Where it is, readings will tell.
     */
    static final Guard NOT_WELL = (action, context) -> {
        VmRecord vm = context.state().requireVm(action.vm().orElseThrow());
        boolean isWell = !vm.isFailed() && vm.desired() != DesiredState.OFF && vm.power() != PowerState.OFF;
        return isWell ? Verdict.never(Reason.FAULT_CLOSED, vm.id() + " is well") : Verdict.PASS;
    };

    /** Nobody said hands off the VM. */
    static final Guard MANAGED = (action, context) ->
            context.state().requireVm(action.vm().orElseThrow()).desired().equals(DesiredState.UNMANAGED)
                    ? Verdict.never(Reason.NOT_WANTED, action.vm().orElseThrow() + " is not to be managed")
                    : Verdict.PASS;

    /** A VM that was, or may have been, on a host that was lost is read before it is powered off: it may run well. */
    static final Guard READ_FIRST = (action, context) -> {
        return searched(context.state().requireVm(action.vm().orElseThrow()), context);
    };

    /** The host that is to be fenced is lost still, unless one of its VMs could not be powered off otherwise. */
    static final Guard STILL_LOST = (action, context) -> {
        HostId host = ((Action.FenceHost) action).target();
        boolean isSubstitute = !context.planned().equals(action);
        HostHealth health = context.state().requireHost(host).health();
        if (health == HostHealth.UNREACHABLE) {
            return Verdict.PASS;
        }
        if (isSubstitute) {
            return context.mayFence(host)
                    ? Verdict.PASS
                    : Verdict.never(Reason.FENCING_FAILED, "host " + host + " runs VMs that are well");
        }
        return Verdict.never(Reason.FAULT_CLOSED, "host " + host + " is " + health + " again");
    };

    /** A host that had been lost and was up when this center began is read before it is fenced: its VMs may run well. */
    static final Guard HOST_READ_FIRST = (action, context) -> {
        HostId host = ((Action.FenceHost) action).target();
        if (!context.state().health().isToBeRead(host)) {
            return Verdict.PASS;
        }
        context.needsReading();
        return Verdict.noRoom(Reason.PLACE_UNCERTAIN, "host " + host + " was up again, and is read first");
    };

    /** The VM is wanted running. */
    static final Guard WANTED = (action, context) -> {
        VmRecord vm = context.state().requireVm(action.vm().orElseThrow());
        return vm.desired() == DesiredState.RUNNING
                ? Verdict.PASS
                : Verdict.never(Reason.NOT_WANTED, vm.id() + " is desired " + vm.desired());
    };

    /** The VM does not run twice. */
    static final Guard NOT_SPLIT = (action, context) -> {
        VmId vm = action.vm().orElseThrow();
        return context.state().requireVm(vm).is(VmState.Flag.SPLIT_BRAIN)
                ? Verdict.hold(Reason.SPLIT_BRAIN, vm + " runs on several hosts at once")
                : Verdict.PASS;
    };

    /** The VM that is to be started or made anew runs nowhere. */
    static final Guard OFF_ITSELF = (action, context) -> {
        VmRecord vm = context.state().requireVm(action.vm().orElseThrow());
        if (vm.mayRunOn().isEmpty()) {
            return context.requiresFencing(vm) ? searched(vm, context) : Verdict.PASS;
        }
        return isLeftByThisStep(action, vm, context)
                ? Verdict.PASS
                : Verdict.never(
                        vm.isActedOn() || vm.mayRunOn().size() > 1 ? Reason.PLACE_UNCERTAIN : Reason.FENCING_FAILED,
                        vm.id() + " may be running on " + vm.mayRunOn());
    };

    /** An earlier try of the same step may have started it, which is why it is tried again there. */
    private static boolean isLeftByThisStep(Action action, VmRecord vm, GuardContext context) {
        return action instanceof Action.PowerOn powerOn
                && context.isTried()
                && vm.mayRunOn().equals(Set.of(powerOn.on()));
    }

    static Verdict searched(VmRecord vm, GuardContext context) {
        if (!vm.is(VmState.Flag.UNSEARCHED)) {
            return Verdict.PASS;
        }
        context.needsReading();
        return Verdict.noRoom(
                Reason.PLACE_UNCERTAIN, vm.id() + " was on a host that was lost, and is looked for first");
    }

    /** Requests that are about to leave the VM have left it: it may write once it runs. */
    static final Guard REQUESTS_LEFT = (action, context) -> {
        VmId vm = action.vm().orElseThrow();
        boolean isAboutToLeave = context.state().routes().ownersServedBy(vm).stream()
                .anyMatch(owner -> context.isAboutToMove(owner, vm));
        return isAboutToLeave ? Verdict.NO_TURN : Verdict.PASS;
    };

    /**
     * What only restores redundancy begins once the redirects of the moment are done, and not while its host is overloaded; neither
     * is waited for without end. A VM whose own requests nobody else serves does not wait.
     */
    static final Guard NOT_PUT_OFF = (action, context) -> {
        VmRecord vm = context.state().requireVm(action.vm().orElseThrow());
        boolean doUsersWait = vm.server().equals(vm.id()) && !context.isAboutToMove(vm.id(), vm.id());
        if (doUsersWait || context.isTried()) {
            return Verdict.PASS;
        }
        if (context.isRedirectDue()) {
            return Verdict.later("requests are moved first");
        }
        HostId host = action.host().orElseThrow();
        return context.isOverloaded(host) ? Verdict.later("host " + host + " is overloaded") : Verdict.PASS;
    };

    /** The VM that requests leave is confirmed off, where its type requires that. */
    static final Guard SERVER_OFF = (action, context) -> {
        Action.Redirect redirect = (Action.Redirect) action;
        VmRecord owner = context.state().requireVm(redirect.owner());
        return owner.server().equals(redirect.server()) ? Verdict.PASS : mustBeOff(owner, redirect, context);
    };

    private static Verdict mustBeOff(VmRecord owner, Action.Redirect redirect, GuardContext context) {
        VmId server = owner.server();
        Optional<VmRecord> found = context.state().vm(server);
        if (found.isEmpty()
                || !context.requiresFencing(found.get())
                || found.get().isConfirmedOff()) {
            return Verdict.PASS;
        }
        VmRecord vm = found.get();
        if (isHandedOver(redirect, owner, vm, context.state())) {
            return Verdict.PASS;
        }
        if (vm.mayRunOn().isEmpty()) {
            return searched(vm, context);
        }
        return Verdict.never(
                vm.mayRunOn().size() > 1 ? Reason.PLACE_UNCERTAIN : Reason.FENCING_FAILED,
                server + " is not confirmed off");
    }

    /**
     * Whether requests may leave a VM that is well: where its database is seen not to accept writes, or where they come home to one of
     * the same database.
     */
    static boolean isHandedOver(Action.Redirect redirect, VmRecord owner, VmRecord server, CenterState state) {
        if (server.isFailed()) {
            return false;
        }
        boolean isHome = redirect.owner().equals(redirect.server());
        if (!state.vmDatabases().needsWriter(owner.seen())) {
            return isHome;
        }
        Optional<MemberId> member = state.vmDatabases().memberOf(server.seen());
        boolean writesNot = member.isPresent() && !state.databases().mayWrite(member.get());
        return writesNot || (isHome && member.equals(state.vmDatabases().memberOf(owner.seen())));
    }

    /** The target of a redirect serves, on a host that may be relied on. */
    static final Guard TARGET_SERVES = (action, context) -> {
        Action.Redirect redirect = (Action.Redirect) action;
        Optional<VirtualMachine> target = context.state().asSeen(redirect.server());
        Optional<Host> host =
                target.flatMap(vm -> context.state().host(vm.host())).map(HostRecord::asSeen);
        if (target.isEmpty() || host.isEmpty() || !isPresent(context, redirect.server())) {
            return Verdict.never(Reason.TARGET_GONE, redirect.server() + " is not in the inventory any more");
        }
        boolean serves = target.get().isServing() && host.get().isAvailable();
        VirtualMachine owner = context.state().requireVm(redirect.owner()).seen();
        return serves && target.get().type().equals(owner.type())
                ? Verdict.PASS
                : Verdict.never(
                        Reason.TARGET_GONE,
                        redirect.server() + " does not serve: it is "
                                + target.get().health() + " and "
                                + target.get().power() + " on a host that is "
                                + host.get().health()
                                + (host.get().inMaintenance() ? ", in maintenance" : ""));
    };

    /** A database that takes over is not too far behind, and how far is known. */
    static final Guard NOT_LAGGING = (action, context) -> {
        VmId target = action instanceof Action.Redirect redirect
                ? redirect.server()
                : action.vm().orElseThrow();
        Optional<VirtualMachine> vm = context.state().asSeen(target);
        boolean isMeant =
                vm.isPresent() && context.state().vmDatabases().needsWriter(vm.get()) && takesOver(vm.get(), context);
        if (!isMeant || context.failover().maxReplicationLag().isEmpty()) {
            return Verdict.PASS;
        }
        if (vm.get().replicationLagUnknown()) {
            return Verdict.never(Reason.LAG_UNKNOWN, "how far " + target + " is behind cannot be read");
        }
        return context.failover().lagsTooFar(vm.get())
                ? Verdict.never(
                        Reason.REPLICATION_LAG,
                        target + " is " + vm.get().replicationLag().orElseThrow() + " behind its source")
                : Verdict.PASS;
    };

    /** A member that writes already is behind nobody, nor is one to which the last writer was seen to have handed over everything. */
    private static boolean takesOver(VirtualMachine vm, GuardContext context) {
        VmDatabases databases = context.state().vmDatabases();
        return !databases.isAtWriter(vm) && !databases.hasEveryWrite(vm);
    }

    /** The host takes VMs now. */
    static final Guard HOST_TAKES_VMS = (action, context) -> {
        HostId id = action.host().orElseThrow();
        Optional<HostRecord> host = context.state().host(id);
        if (host.isEmpty()) {
            return Verdict.never(Reason.TARGET_GONE, "host " + id + " is not in the inventory any more");
        }
        if (host.get().seen().inMaintenance()) {
            return Verdict.never(Reason.HOST_IN_MAINTENANCE, "host " + id + " is in maintenance");
        }
        return host.get().health() == HostHealth.UP
                ? Verdict.PASS
                : Verdict.never(
                        Reason.TARGET_GONE, "host " + id + " is " + host.get().health());
    };

    /** The host that the VM is on runs its VMs. */
    static final Guard HOST_RUNS = (action, context) -> {
        HostId id = action.host().orElseThrow();
        VmRecord vm = context.state().requireVm(action.vm().orElseThrow());
        return context.state().runsVms(id) && vm.mayRunOn().equals(Set.of(id))
                ? Verdict.PASS
                : Verdict.never(Reason.TARGET_GONE, vm.id() + " does not run on " + id + " any more");
    };

    /** A VM that is to leave a host by live migration runs there, certainly, and well. */
    static final Guard RUNS_WHERE_IT_LEAVES = (action, context) -> {
        Action.Migrate migrate = (Action.Migrate) action;
        VmRecord vm = context.state().requireVm(migrate.target());
        boolean left = context.isTried() && vm.mayRunOn().equals(Set.of(migrate.from(), migrate.to()));
        boolean runsThere = context.state().runsVms(migrate.from())
                && vm.mayRunOn().equals(Set.of(migrate.from()))
                && vm.power() == PowerState.ON;
        return left || runsThere
                ? Verdict.PASS
                : Verdict.never(Reason.TARGET_GONE, vm.id() + " does not run on " + migrate.from() + " any more");
    };

    /** No VM of the same anti-affinity group may be running on the host, or is about to. */
    static final Guard KEEPS_APART = (action, context) -> {
        VmRecord vm = context.state().requireVm(action.vm().orElseThrow());
        HostId host = action.host().orElseThrow();
        if (vm.seen().antiAffinity().isEmpty()) {
            return Verdict.PASS;
        }
        for (VmId id : context.state().vmsAt(host)) {
            Optional<VmRecord> other = context.state().vm(id);
            if (!id.equals(vm.id())
                    && other.isPresent()
                    && !Sets.intersection(
                                    other.get().seen().antiAffinity(), vm.seen().antiAffinity())
                            .isEmpty()
                    && (other.get().mayRunOn().contains(host)
                            || context.state().inventory().requireVm(id).host().equals(host))) {
                return Verdict.never(
                        Reason.ANTI_AFFINITY, "host " + host + " has " + id + " of the same anti-affinity group");
            }
        }
        return Verdict.PASS;
    };

    /** The host has room for it now, with VMs on the move counted at both ends. */
    static final Guard HAS_ROOM = (action, context) -> HostRoom.judge(action, context.state());

    /**
     * Nobody can want what was left behind: the VM itself runs, certainly and well, or it was deleted and is off. A VM that failed, is
     * half made, or is at a place that is not known may have to be made again from what is left of it.
     */
    static final Guard NOTHING_ELSE_WANTED = (action, context) -> {
        VmId id = action.vm().orElseThrow();
        return context.state()
                .leftovers()
                .whyMayBeWanted(id)
                .map(why -> Verdict.never(Reason.PLACE_UNCERTAIN, why))
                .orElse(Verdict.PASS);
    };

    private static boolean isPresent(GuardContext context, VmId vm) {
        return context.state()
                .vm(vm)
                .filter(found -> !found.is(VmState.Flag.DELETED))
                .isPresent();
    }
}
