package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.model.Candidate;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One decision while {@link DecisionCheck} looks at it, part after part, each in sight of those before. Made for one decision and
 * thrown away; confined to the thread that made it.
 */
final class CheckedDecision {
    private final DecisionCheck check;
    private final List<SubjectDecision> parts;
    private final CheckedNeeds needs;
    private final CheckedShares shares;
    private final CheckedRoom room;
    private final Inventory inventory;
    private List<String> problems = ImmutableList.of();
    private Inventory soFar;
    private int applied;
    private int checked;

    CheckedDecision(DecisionCheck check, Inventory inventory, List<SubjectDecision> parts) {
        this.check = check;
        this.inventory = inventory;
        this.soFar = inventory;
        this.parts = parts;
        this.needs = new CheckedNeeds(parts);
        this.shares = new CheckedShares(inventory, needs);
        this.room = new CheckedRoom(inventory);
    }

    List<String> problems() {
        SubjectDecision.Visitor<CheckedDecision> cases = new SubjectDecision.Visitor<CheckedDecision>() {
            @Override
            public CheckedDecision visitRedirect(SubjectDecision.Redirect redirect) {
                return redirect(redirect);
            }

            @Override
            public CheckedDecision visitRestart(SubjectDecision.Restart restart) {
                return placed(restart, restart.vm(), restart.host(), restart.hostRole());
            }

            @Override
            public CheckedDecision visitReclone(SubjectDecision.Reclone reclone) {
                return placed(reclone, reclone.vm(), reclone.host(), reclone.hostRole());
            }

            @Override
            public CheckedDecision visitReallocate(SubjectDecision.Reallocate reallocate) {
                return reallocate(reallocate);
            }

            @Override
            public CheckedDecision visitShift(SubjectDecision.Shift shift) {
                return shift(shift);
            }

            @Override
            public CheckedDecision visitMigrate(SubjectDecision.Migrate migrate) {
                return migrate(migrate);
            }

            @Override
            public CheckedDecision visitFailback(SubjectDecision.Failback failback) {
                return failback(failback);
            }

            @Override
            public CheckedDecision visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return CheckedDecision.this;
            }

            @Override
            public CheckedDecision visitBlocked(SubjectDecision.Blocked blocked) {
                return CheckedDecision.this;
            }

            @Override
            public CheckedDecision visitIgnored(SubjectDecision.Ignored ignored) {
                return CheckedDecision.this;
            }
        };
        for (SubjectDecision part : parts) {
            if (part instanceof SubjectDecision.Ignored) {
                // It may be ignored since it is unknown.
                checked++;
                continue;
            }
            if (part.subject().isIn(inventory)) {
                part.accept(cases);
            } else {
                refuse(part, part.subject() + " is not in the inventory");
            }
            needs.repeated(part).ifPresent(problem -> refuse(part, problem));
            checked++;
        }
        return problems;
    }

    @CanIgnoreReturnValue
    private CheckedDecision refuse(SubjectDecision part, String problem) {
        if (problems.isEmpty()) {
            problems = new ArrayList<>();
        }
        problems.add(part.subject() + " " + part.outcome() + ": " + problem);
        return this;
    }

    private CheckedDecision redirect(SubjectDecision.Redirect redirect) {
        if (!redirect.owners().isEmpty()) {
            target(redirect, inventory.requireVm(redirect.vm()), redirect.target(), redirect.targetRole());
        } else if (inventory.vm(redirect.target()).isEmpty()) {
            refuse(redirect, "target " + redirect.target() + " is not in the inventory");
        }
        return moved(redirect, redirect.vm(), redirect.owners(), redirect.target());
    }

    private CheckedDecision moved(SubjectDecision part, VmId from, List<VmId> owners, VmId to) {
        for (String problem : shares.move(from, owners, to)) {
            refuse(part, problem);
        }
        return this;
    }

    private CheckedDecision shift(SubjectDecision.Shift shift) {
        Optional<VirtualMachine> target = inventory.vm(shift.target());
        target(shift, inventory.requireVm(shift.vm()), shift.target(), shift.targetRole());
        if (target.isPresent()) {
            if (!target.get().host().equals(shift.targetHost())) {
                refuse(shift, "target " + shift.target() + " is not on host " + shift.targetHost());
            }
            room.resize(target.get(), shift.targetAllocation()).ifPresent(problem -> refuse(shift, problem));
        }
        return moved(shift, shift.vm(), shift.owners(), shift.target());
    }

    /** Invariant 2, and the hard rules for targets. */
    private void target(SubjectDecision part, VirtualMachine from, VmId id, ClusterRole role) {
        VirtualMachine target = inventory.vm(id).orElse(null);
        if (target == null) {
            refuse(part, "target " + id + " is not in the inventory");
            return;
        }
        Host host = inventory.hostOf(target);
        if (!target.type().equals(from.type())) {
            refuse(part, "target " + id + " is a " + target.type() + " VM, not a " + from.type() + " one");
        } else if (!target.isServing()) {
            refuse(part, "target " + id + " is " + target.health() + " and its power is " + target.power());
        } else if (needs.isFailing(id)) {
            refuse(part, "target " + id + " has failed itself");
        } else if (id.equals(from.id())) {
            refuse(part, "target " + id + " is the VM itself");
        } else if (host.role() != role) {
            refuse(part, "target " + id + " is in the " + host.role() + " cluster, not in the " + role + " one");
        } else if (host.isAvailable()) {
            asked(from, new Candidate(target, host)).ifPresent(why -> refuse(part, "target " + id + ": " + why));
        } else {
            refuse(part, "target " + id + " is on host " + host.id() + ", which is " + stateOf(host));
        }
    }

    private static String stateOf(Host host) {
        return host.inMaintenance() ? "in maintenance" : host.health().toString();
    }

    private Optional<String> asked(VirtualMachine from, Candidate target) {
        // The inventory with what was decided so far cannot be put together from parts that are wrong.
        return problems.isEmpty()
                ? check.targets()
                        .refusal(target, new FailoverContext(this::soFar, from, inventory.hostOf(from), check.config()))
                : Optional.empty();
    }

    private Inventory soFar() {
        for (; applied < checked; applied++) {
            soFar = DecisionEffects.apply(soFar, parts.get(applied));
        }
        return soFar;
    }

    private CheckedDecision placed(SubjectDecision part, VmId vm, HostId host, ClusterRole role) {
        return place(part, inventory.requireVm(vm), host, role, false);
    }

    private CheckedDecision migrate(SubjectDecision.Migrate migrate) {
        VirtualMachine vm = inventory.requireVm(migrate.vm());
        if (!vm.host().equals(migrate.from())) {
            refuse(migrate, "it is on host " + vm.host() + ", not on " + migrate.from());
        }
        return migrate.to().equals(vm.host())
                ? refuse(migrate, "it is on host " + migrate.to() + " already")
                : place(migrate, vm, migrate.to(), migrate.hostRole(), true);
    }

    /** Invariant 5, and that the host is sound. */
    private CheckedDecision place(
            SubjectDecision part, VirtualMachine vm, HostId id, ClusterRole role, boolean isLive) {
        Host host = inventory.host(id).orElse(null);
        if (host == null) {
            return refuse(part, "host " + id + " is not in the inventory");
        }
        if (!host.isAvailable()) {
            return refuse(part, "host " + id + " is " + stateOf(host));
        }
        if (host.role() != role) {
            return refuse(part, "host " + id + " is in the " + host.role() + " cluster, not in the " + role + " one");
        }
        if (problems.isEmpty()) {
            check.placement()
                    .placementRefusal(vm, host, this::soFar)
                    .ifPresent(why -> refuse(part, "host " + id + ": " + why));
        }
        room.place(vm, host, isLive).ifPresent(problem -> refuse(part, problem));
        return this;
    }

    private CheckedDecision reallocate(SubjectDecision.Reallocate reallocate) {
        VirtualMachine vm = inventory.requireVm(reallocate.vm());
        if (!vm.host().equals(reallocate.host())) {
            return refuse(reallocate, "it is on host " + vm.host() + ", not on " + reallocate.host());
        }
        room.resize(vm, reallocate.allocation()).ifPresent(problem -> refuse(reallocate, problem));
        return this;
    }

    private CheckedDecision failback(SubjectDecision.Failback failback) {
        VirtualMachine vm = inventory.requireVm(failback.vm());
        Host host = inventory.hostOf(vm);
        if (!vm.isServing()) {
            refuse(failback, "it is " + vm.health() + " and its power is " + vm.power());
        }
        if (!host.isAvailable()) {
            refuse(failback, "its host " + host.id() + " is " + stateOf(host));
        }
        if (host.role() != failback.vmRole()) {
            refuse(failback, "it is in the " + host.role() + " cluster, not in the " + failback.vmRole() + " one");
        }
        shares.home(vm, failback.server()).ifPresent(problem -> refuse(failback, problem));
        return this;
    }
}
