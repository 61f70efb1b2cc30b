package io.vmha.center.internal;

import io.vmha.center.event.NeedKind;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.VmState;
import io.vmha.model.ClusterRole;
import io.vmha.model.DesiredState;
import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.Reason;
import io.vmha.policy.RecoveryMode;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is not as it should be about a VM, from what is known and wanted. Pure functions: the same state gives the same needs. Each
 * need has at most one open plan; what has none is decided, and decided again when something changes.
 */
final class Needs {
    private static final SubjectDecision.Visitor<Optional<NeedKind>> MET =
            new SubjectDecision.Visitor<Optional<NeedKind>>() {
                @Override
                public Optional<NeedKind> visitRedirect(SubjectDecision.Redirect redirect) {
                    return Optional.of(NeedKind.SERVE);
                }

                @Override
                public Optional<NeedKind> visitRestart(SubjectDecision.Restart restart) {
                    return Optional.of(NeedKind.RESTORE);
                }

                @Override
                public Optional<NeedKind> visitReclone(SubjectDecision.Reclone reclone) {
                    return Optional.of(NeedKind.RESTORE);
                }

                @Override
                public Optional<NeedKind> visitReallocate(SubjectDecision.Reallocate reallocate) {
                    return Optional.empty();
                }

                @Override
                public Optional<NeedKind> visitShift(SubjectDecision.Shift shift) {
                    return Optional.empty();
                }

                @Override
                public Optional<NeedKind> visitMigrate(SubjectDecision.Migrate migrate) {
                    return Optional.of(NeedKind.DRAIN);
                }

                @Override
                public Optional<NeedKind> visitFailback(SubjectDecision.Failback failback) {
                    return Optional.of(NeedKind.RETURN);
                }

                @Override
                public Optional<NeedKind> visitNoTarget(SubjectDecision.NoTarget noTarget) {
                    return Optional.empty();
                }

                @Override
                public Optional<NeedKind> visitBlocked(SubjectDecision.Blocked blocked) {
                    return Optional.empty();
                }

                @Override
                public Optional<NeedKind> visitIgnored(SubjectDecision.Ignored ignored) {
                    return Optional.empty();
                }
            };

    private Needs() {}

    /** The needs of a VM, whether anything is under way for them or not. */
    static Set<NeedKind> of(VmRecord vm, CenterState state, FailoverConfig config) {
        Set<NeedKind> needs = EnumSet.noneOf(NeedKind.class);
        if (vm.is(VmState.Flag.DELETED) || vm.desired() == DesiredState.UNMANAGED) {
            return needs;
        }
        if (isGivenUp(vm, config) && leavesUnserved(vm, state, config)) {
            needs.add(NeedKind.SERVE);
        }
        if (vm.isFailed()
                && vm.desired() == DesiredState.RUNNING
                && config.recoveryOf(vm.seen()) != RecoveryMode.REDIRECT) {
            needs.add(NeedKind.RESTORE);
        }
        boolean isServedByOther = !vm.server().equals(vm.id());
        boolean isServedByNobody = isServedByOther && isGone(vm.server(), state);
        if (vm.isFailed()) {
            // Where it is wanted off, nothing else looks after its requests.
            if (isServedByNobody && vm.desired() == DesiredState.OFF) {
                needs.add(NeedKind.RETURN);
            }
            return needs;
        }
        if (vm.is(VmState.Flag.TO_START) && vm.desired() == DesiredState.RUNNING) {
            needs.add(NeedKind.RESTORE);
        }
        if (isToLeave(vm, state)) {
            needs.add(NeedKind.DRAIN);
        }
        if (isBesideWriter(vm, state)) {
            needs.add(NeedKind.SERVE);
        }
        if (isServedByNobody || (isServedByOther && vm.is(VmState.Flag.RETURNING))) {
            needs.add(NeedKind.RETURN);
        }
        return needs;
    }

    /** Whether there is no such VM, or none any more. */
    static boolean isGone(VmId id, CenterState state) {
        return state.vm(id).filter(vm -> !vm.is(VmState.Flag.DELETED)).isEmpty();
    }

    /** Whether a VM serves nobody any more: it has failed, or is to be stopped. The requests of one that is restarted stay with it. */
    private static boolean isGivenUp(VmRecord vm, FailoverConfig config) {
        boolean isToStop =
                vm.desired() == DesiredState.OFF && (!vm.isConfirmedOff() || vm.is(VmState.Flag.REQUESTS_TO_MOVE));
        boolean isRestartedInPlace = vm.isFailed() && config.recoveryOf(vm.seen()) == RecoveryMode.RESTART;
        return (vm.isFailed() || isToStop) && !isRestartedInPlace;
    }

    /** Whether its own requests, or those of others that it serves, are served by nobody. */
    private static boolean leavesUnserved(VmRecord vm, CenterState state, FailoverConfig config) {
        boolean isItsOwn = isUnserved(vm.id(), state) && !isLeftToItsServer(vm, state, config);
        return isItsOwn || state.routes().ownersServedBy(vm.id()).stream().anyMatch(owner -> isUnserved(owner, state));
    }

    /**
     * Whether a VM's requests are with another one that is given up and may still be running: they leave that one once it is off, with all
     * others that it serves.
     */
    private static boolean isLeftToItsServer(VmRecord vm, CenterState state, FailoverConfig config) {
        return !vm.server().equals(vm.id())
                && state.vm(vm.server())
                        .filter(server -> !server.is(VmState.Flag.DELETED)
                                && server.desired() != DesiredState.UNMANAGED
                                && !server.isConfirmedOff()
                                && isGivenUp(server, config))
                        .isPresent();
    }

    /**
     * Whether a VM's requests go to one whose database does not accept writes. What a standby serves of its own is no write.
     */
    static boolean isBesideWriter(VmRecord owner, CenterState state) {
        VmRecord server = owner.server().equals(owner.id())
                ? owner
                : state.vm(owner.server()).orElse(owner);
        Optional<MemberId> member = state.vmDatabases().memberOf(server.seen());
        if (member.isEmpty() || !state.databases().isBesideWriter(member.get())) {
            return false;
        }
        boolean isAtHome = server == owner;
        return !isAtHome || roleOf(owner, state) == ClusterRole.PRIMARY;
    }

    private static ClusterRole roleOf(VmRecord vm, CenterState state) {
        return state.host(vm.seen().host()).map(host -> host.seen().role()).orElse(ClusterRole.PRIMARY);
    }

    /** Whether a VM's requests go to one that does not serve, with what open plans are about to move counted in. */
    private static boolean isUnserved(VmId owner, CenterState state) {
        if (state.vm(owner).filter(vm -> isBesideWriter(vm, state)).isPresent()) {
            return true;
        }
        Inventory now = state.inventory();
        return now.vm(owner)
                .flatMap(vm -> vm.servedBy().isPresent() ? now.vm(vm.servedBy().get()) : Optional.of(vm))
                .filter(server ->
                        server.isServing() && now.hostOf(server).health().runsVms())
                .isEmpty();
    }

    /** Whether a VM serves, on a host that may be relied on. */
    static boolean takesRequests(VmId id, Inventory now) {
        return now.vm(id)
                .filter(vm -> vm.isServing() && now.hostOf(vm).isAvailable())
                .isPresent();
    }

    static boolean isToLeave(VmRecord vm, CenterState state) {
        return vm.power() == PowerState.ON
                && vm.desired() == DesiredState.RUNNING
                && state.host(vm.seen().host())
                        .filter(host -> host.health().runsVms())
                        .filter(host -> host.seen().inMaintenance() || host.health() == HostHealth.DEGRADED)
                        .isPresent();
    }

    /** Why a VM has to leave its host. */
    static Trigger drainTrigger(VmRecord vm, CenterState state) {
        return state.host(vm.seen().host())
                        .filter(host -> host.seen().inMaintenance())
                        .isPresent()
                ? Trigger.MAINTENANCE
                : Trigger.HOST_DEGRADED;
    }

    /** The need that a decision meets; empty where it meets none. */
    static Optional<NeedKind> metBy(SubjectDecision part) {
        return part.accept(MET);
    }

    /** The need that a decision is about, whether it meets it or says why not. */
    static NeedKind of(SubjectDecision part, VmRecord vm) {
        return metBy(part).orElseGet(() -> switch (part.trigger()) {
            case MAINTENANCE -> vm.desired() == DesiredState.OFF ? NeedKind.SERVE : NeedKind.DRAIN;
            case HOST_DEGRADED -> NeedKind.DRAIN;
            case REPAIRED -> vm.is(VmState.Flag.TO_START) ? NeedKind.RESTORE : NeedKind.RETURN;
            default -> isOfPlacement(part.reason()) ? NeedKind.RESTORE : NeedKind.SERVE;
        });
    }

    private static boolean isOfPlacement(Reason reason) {
        return switch (reason) {
            case NO_CAPACITY, HOST_IN_MAINTENANCE, INCOMPATIBLE_CPU, ANTI_AFFINITY, RECOVERY_LIMIT, SPLIT_BRAIN -> true;
            default -> false;
        };
    }
}
