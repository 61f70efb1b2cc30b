package io.vmha.policy;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Rule 6 of the reference design as plainly as it can be written: every machine is looked at, every time, and the inventory is
 * rebuilt after each decision. It is the specification that the real policy is held against; it shares no code with it
 * but the values.
 */
final class ReferencePolicy {
    private final FailoverConfig config;

    ReferencePolicy(FailoverConfig config) {
        this.config = config;
    }

    /** One line for each decision: the subject, the outcome, the target, the reason. */
    List<String> decide(Inventory before, FaultReport report) {
        return decide(before, List.of(report));
    }

    /** The same for hosts that fail at once. */
    List<String> decide(Inventory before, List<FaultReport> reports) {
        Inventory now = before;
        List<VirtualMachine> failing = new ArrayList<>();
        Set<VmId> known = new HashSet<>();
        for (FaultReport report : reports) {
            now = FaultEffects.apply(now, report);
            if (report.kind() != FaultKind.HOST_DEGRADED) {
                report.subject().<List<VirtualMachine>>fold(vm -> List.of(before.requireVm(vm)), before::vmsOn).stream()
                        .filter(vm -> known.add(vm.id()))
                        .forEach(failing::add);
            }
        }
        failing.sort(Comparator.comparingInt((VirtualMachine vm) -> -vm.priority())
                .thenComparing(vm -> vm.id().value()));
        List<String> rows = new ArrayList<>();
        List<VmId> reclones = new ArrayList<>();
        for (VirtualMachine was : failing) {
            VirtualMachine vm = now.requireVm(was.id());
            RecoveryMode mode = config.recoveryOf(vm);
            now = mode == RecoveryMode.RESTART ? place(now, vm, "RESTARTED", rows) : redirect(now, vm, rows);
            if (mode == RecoveryMode.REDIRECT_AND_RECLONE) {
                reclones.add(vm.id());
            }
        }
        for (VmId id : reclones) {
            now = place(now, now.requireVm(id), "RECLONED", rows);
        }
        return rows;
    }

    private Inventory redirect(Inventory now, VirtualMachine failed, List<String> rows) {
        TreeSet<VmId> owners = new TreeSet<>();
        for (VirtualMachine vm : now.vms()) {
            if (vm.servedBy().filter(failed.id()::equals).isPresent()) {
                owners.add(vm.id());
            }
        }
        Optional<VirtualMachine> server = failed.servedBy().flatMap(now::vm).filter(vm -> servesAlready(now, vm));
        if (server.isEmpty()) {
            owners.add(failed.id());
        }
        if (owners.isEmpty()) {
            rows.add(row(now, failed, server.orElseThrow()));
            return now;
        }
        Optional<VirtualMachine> primary = best(now, failed, ClusterRole.PRIMARY);
        boolean anyPrimary = now.vms().stream()
                .anyMatch(vm -> serves(now, vm) && now.hostOf(vm).role() == ClusterRole.PRIMARY);
        boolean standbyAllowed = primary.isEmpty()
                ? !(config.standbyActivation() == StandbyActivation.WHOLE_CLUSTER && anyPrimary)
                : config.overloadUsesStandby() && loadAfter(primary.get(), failed) > 1;
        Optional<VirtualMachine> standby = standbyAllowed ? best(now, failed, ClusterRole.STANDBY) : Optional.empty();
        Optional<VirtualMachine> target =
                primary.isPresent() && !(standby.isPresent() && loadAfter(standby.get(), failed) <= 1)
                        ? primary
                        : standby;
        if (target.isEmpty()) {
            rows.add(failed.id() + " NO_TARGET  " + whyNone(now, failed, standbyAllowed));
            return now;
        }
        rows.add(row(now, failed, target.get()));
        return moved(now, failed, target.get(), owners);
    }

    private String whyNone(Inventory now, VirtualMachine failed, boolean standbyAllowed) {
        List<VirtualMachine> serving = now.vms().stream()
                .filter(vm -> vm.type().equals(failed.type()) && serves(now, vm))
                .filter(vm -> !vm.id().equals(failed.id()))
                .filter(vm -> standbyAllowed || now.hostOf(vm).role() == ClusterRole.PRIMARY)
                .toList();
        List<VirtualMachine> allowed =
                serving.stream().filter(vm -> hasSameLabels(vm, failed)).toList();
        if (allowed.stream().anyMatch(config::lagsTooFar)) {
            return "REPLICATION_LAG";
        }
        if (!allowed.isEmpty()) {
            return "LAG_UNKNOWN";
        }
        return serving.isEmpty() ? "NO_SAME_TYPE_HEALTHY" : "RULE";
    }

    private boolean hasSameLabels(VirtualMachine vm, VirtualMachine failed) {
        return config.sameLabel().stream()
                .allMatch(label -> String.valueOf(vm.labels().get(label))
                        .equals(String.valueOf(failed.labels().get(label))));
    }

    private boolean lags(VirtualMachine vm) {
        return config.lagsTooFar(vm)
                || (vm.type().equals(VmType.DATABASE)
                        && vm.replicationLagUnknown()
                        && config.maxReplicationLag().isPresent());
    }

    private static String row(Inventory now, VirtualMachine failed, VirtualMachine target) {
        return failed.id() + " REDIRECTED " + target.id() + " SAME_TYPE_"
                + now.hostOf(target).role();
    }

    private static Inventory moved(Inventory now, VirtualMachine failed, VirtualMachine target, TreeSet<VmId> owners) {
        Inventory changed = now.with(VirtualMachineCopy.withLoad(target, loadAfter(target, failed)))
                .with(VirtualMachineCopy.withLoad(failed, 0));
        for (VmId owner : owners) {
            changed = changed.with(VirtualMachineCopy.withServer(changed.requireVm(owner), target.id()));
        }
        return changed;
    }

    private static boolean serves(Inventory now, VirtualMachine vm) {
        return vm.isServing() && now.hostOf(vm).isAvailable();
    }

    /** A host in maintenance takes no requests over, but what it serves it serves until that is moved off. */
    private static boolean servesAlready(Inventory now, VirtualMachine vm) {
        return vm.isServing() && now.hostOf(vm).health().runsVms();
    }

    private static double loadAfter(VirtualMachine target, VirtualMachine failed) {
        double moved = failed.load()
                * failed.allocation().cpuMillis()
                / target.allocation().cpuMillis();
        return target.load() + moved;
    }

    private Optional<VirtualMachine> best(Inventory now, VirtualMachine failed, ClusterRole role) {
        Host failedHost = now.hostOf(failed);
        List<VirtualMachine> eligible = new ArrayList<>();
        for (VirtualMachine vm : now.vms()) {
            Host host = now.hostOf(vm);
            boolean fits = vm.type().equals(failed.type())
                    && !vm.id().equals(failed.id())
                    && serves(now, vm)
                    && host.role() == role
                    && hasSameLabels(vm, failed)
                    && !(role == ClusterRole.STANDBY && lags(vm));
            if (fits) {
                eligible.add(vm);
            }
        }
        Comparator<VirtualMachine> order = Comparator.comparing((VirtualMachine vm) -> loadAfter(vm, failed) > 1)
                .thenComparing(ReferencePolicy::secondsBehind)
                .thenComparing(vm -> now.hostOf(vm).health() == HostHealth.DEGRADED)
                .thenComparing(vm -> vm.host().equals(failedHost.id()))
                .thenComparing(vm -> failedHost.rack().isPresent()
                        && failedHost.rack().equals(now.hostOf(vm).rack()))
                .thenComparing(vm -> loadAfter(vm, failed))
                .thenComparing(vm -> vm.id().value());
        return eligible.isEmpty() ? Optional.empty() : Optional.of(Collections.min(eligible, order));
    }

    /** What cannot be read is further behind than anything that can. */
    private static long secondsBehind(VirtualMachine vm) {
        return vm.replicationLagUnknown()
                ? Long.MAX_VALUE
                : vm.replicationLag().map(Duration::toSeconds).orElse(0L);
    }

    private Inventory place(Inventory now, VirtualMachine vm, String outcome, List<String> rows) {
        Inventory others = now.without(vm.id());
        List<Host> eligible = new ArrayList<>();
        for (Host host : now.hosts()) {
            boolean apart = others.vmsOn(host.id()).stream()
                    .allMatch(other -> Collections.disjoint(other.antiAffinity(), vm.antiAffinity()));
            boolean fits = host.role() == now.hostOf(vm).role()
                    && host.health() == HostHealth.UP
                    && !host.inMaintenance()
                    && vm.allocation().fitsIn(others.freeOn(host.id()))
                    && apart;
            if (fits) {
                eligible.add(host);
            }
        }
        if (eligible.isEmpty()) {
            rows.add(vm.id() + " NO_TARGET  " + whyNoHost(now, others, vm));
            return now;
        }
        Host chosen = Collections.min(
                eligible,
                Comparator.comparing(Host::inQuarantine)
                        .thenComparing(Comparator.comparingDouble((Host host) -> fullness(host, others, vm)))
                        .thenComparing(host -> host.id().value()));
        rows.add(vm.id() + " " + outcome + " " + chosen.id() + " FROM_SHARED_POOL");
        return now.with(VirtualMachineCopy.offOn(vm, chosen.id()));
    }

    /** The first rule that breaks the host which passes most of them: in the cluster and up, maintenance, anti-affinity, room. */
    private static String whyNoHost(Inventory now, Inventory others, VirtualMachine vm) {
        List<String> byRulesPassed = List.of("", "HOST_IN_MAINTENANCE", "ANTI_AFFINITY", "NO_CAPACITY");
        int most = 0;
        for (Host host : now.hosts()) {
            boolean apart = others.vmsOn(host.id()).stream()
                    .allMatch(other -> Collections.disjoint(other.antiAffinity(), vm.antiAffinity()));
            int passed = apart ? 3 : 2;
            if (host.inMaintenance()) {
                passed = 1;
            }
            if (host.role() != now.hostOf(vm).role() || host.health() != HostHealth.UP) {
                passed = 0;
            }
            most = Math.max(most, passed);
        }
        return most == 0 ? "NO_CAPACITY" : byRulesPassed.get(most);
    }

    private static double fullness(Host host, Inventory others, VirtualMachine vm) {
        Resources used = others.allocatedOn(host.id()).plus(vm.allocation());
        return Math.max(
                (double) used.cpuMillis() / host.capacity().cpuMillis(),
                (double) used.memoryMiB() / host.capacity().memoryMiB());
    }

    /** Whether a machine could take requests at all. */
    static boolean couldServe(Inventory inventory, VmId id) {
        VirtualMachine vm = inventory.requireVm(id);
        return new Candidate(vm, inventory.hostOf(vm)).host().isAvailable() && vm.isServing();
    }
}
