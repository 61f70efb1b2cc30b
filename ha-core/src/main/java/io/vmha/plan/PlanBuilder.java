package io.vmha.plan;

import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Collects the steps of one plan: first whatever confirms failed machines off, then promotions, requests and recoveries.
 * Made for one plan and thrown away; confined to the thread that made it.
 */
final class PlanBuilder {
    private static final SubjectDecision.Visitor<Optional<VmId>> MOVED_VM =
            new SubjectDecision.Visitor<Optional<VmId>>() {
                @Override
                public Optional<VmId> visitRedirect(SubjectDecision.Redirect redirect) {
                    return Optional.of(redirect.vm());
                }

                @Override
                public Optional<VmId> visitRestart(SubjectDecision.Restart restart) {
                    return Optional.of(restart.vm());
                }

                @Override
                public Optional<VmId> visitReclone(SubjectDecision.Reclone reclone) {
                    return Optional.of(reclone.vm());
                }

                @Override
                public Optional<VmId> visitReallocate(SubjectDecision.Reallocate reallocate) {
                    return Optional.empty();
                }

                @Override
                public Optional<VmId> visitShift(SubjectDecision.Shift shift) {
                    return Optional.empty();
                }

                @Override
                public Optional<VmId> visitMigrate(SubjectDecision.Migrate migrate) {
                    return Optional.empty();
                }

                @Override
                public Optional<VmId> visitFailback(SubjectDecision.Failback failback) {
                    return Optional.empty();
                }

                @Override
                public Optional<VmId> visitNoTarget(SubjectDecision.NoTarget noTarget) {
                    return Optional.empty();
                }

                @Override
                public Optional<VmId> visitBlocked(SubjectDecision.Blocked blocked) {
                    return Optional.empty();
                }

                @Override
                public Optional<VmId> visitIgnored(SubjectDecision.Ignored ignored) {
                    return Optional.empty();
                }
            };

    private final FailoverConfig config;
    private final Inventory inventory;
    private final PlanFacts facts;
    private final List<Step> steps = new ArrayList<>();
    private final Map<VmId, Integer> powerOffs = new HashMap<>();
    private final Map<HostId, Integer> fences = new HashMap<>();
    private final Map<VmId, Integer> promotions = new HashMap<>();

    PlanBuilder(FailoverConfig config, Inventory inventory, PlanFacts facts) {
        this.config = config;
        this.inventory = inventory;
        this.facts = facts;
    }

    Plan build(PlanId id, List<SubjectDecision> decisions) {
        List<Optional<Source>> sources = new ArrayList<>(decisions.size());
        for (SubjectDecision decision : decisions) {
            Optional<Source> source = movedVm(decision).map(this::source);
            source.ifPresent(moved -> confirmOff(moved, decision.trigger()));
            sources.add(source);
        }
        addPromotions(decisions, sources);
        for (int i = 0; i < decisions.size(); i++) {
            addRest(decisions.get(i), sources.get(i));
        }
        return new Plan(id, steps);
    }

    /** The machine that a decision moves or makes anew, looked up once, and the host that it is on. */
    private record Source(VirtualMachine vm, Host host) {}

    private Source source(VmId id) {
        VirtualMachine vm = inventory.requireVm(id);
        return new Source(vm, inventory.hostOf(vm));
    }

    private static Optional<VmId> movedVm(SubjectDecision decision) {
        return decision.accept(MOVED_VM);
    }

    /** One promotion for each database that takes over, after every machine that it takes over from is confirmed off. */
    private void addPromotions(List<SubjectDecision> decisions, List<Optional<Source>> sources) {
        Map<VmId, Set<Integer>> gates = new LinkedHashMap<>();
        for (int i = 0; i < decisions.size(); i++) {
            if (decisions.get(i) instanceof SubjectDecision.Redirect redirect) {
                Source source = sources.get(i).orElseThrow();
                if (isTakeover(redirect, source)) {
                    gates.computeIfAbsent(redirect.target(), target -> new TreeSet<>())
                            .addAll(offBefore(redirect, source));
                }
            }
        }
        gates.forEach((target, offs) -> {
            offs.addAll(otherWritersOff(target));
            promotions.put(target, append(new Action.Promote(target), afterDemotion(target, offs)));
        });
    }

    /** A database that is well is not fenced: it hands over. */
    private Set<Integer> afterDemotion(VmId target, Set<Integer> offs) {
        return facts.wellWriterBeside(target)
                .<Set<Integer>>map(writer -> ImmutableSet.of(append(new Action.Demote(writer), offs)))
                .orElse(offs);
    }

    /** Whether the target's database has to be promoted before it serves those requests. */
    private boolean isTakeover(SubjectDecision.Redirect redirect, Source failed) {
        return needsWriter(failed.vm()) && !redirect.owners().isEmpty() && !facts.acceptsWrites(redirect.target());
    }

    private boolean needsWriter(VirtualMachine vm) {
        return vm.type().equals(VmType.DATABASE) || inventory.memberOf(vm).isPresent();
    }

    private void addRest(SubjectDecision decision, Optional<Source> source) {
        decision.accept(new SubjectDecision.Visitor<List<Step>>() {
            @Override
            public List<Step> visitRedirect(SubjectDecision.Redirect redirect) {
                return addRedirect(redirect, source.orElseThrow());
            }

            @Override
            public List<Step> visitRestart(SubjectDecision.Restart restart) {
                return add(new Action.PowerOn(restart.vm(), restart.host()), confirmedOffBy(source.orElseThrow()));
            }

            @Override
            public List<Step> visitReclone(SubjectDecision.Reclone reclone) {
                return addReclone(reclone, source.orElseThrow());
            }

            @Override
            public List<Step> visitReallocate(SubjectDecision.Reallocate reallocate) {
                return add(
                        new Action.Reallocate(reallocate.vm(), reallocate.host(), reallocate.allocation()),
                        ImmutableSet.of());
            }

            @Override
            public List<Step> visitShift(SubjectDecision.Shift shift) {
                return addShift(shift);
            }

            @Override
            public List<Step> visitMigrate(SubjectDecision.Migrate migrate) {
                return add(new Action.Migrate(migrate.vm(), migrate.from(), migrate.to()), ImmutableSet.of());
            }

            @Override
            public List<Step> visitFailback(SubjectDecision.Failback failback) {
                return addFailback(failback);
            }

            @Override
            public List<Step> visitNoTarget(SubjectDecision.NoTarget noTarget) {
                return steps;
            }

            @Override
            public List<Step> visitBlocked(SubjectDecision.Blocked blocked) {
                return steps;
            }

            @Override
            public List<Step> visitIgnored(SubjectDecision.Ignored ignored) {
                return steps;
            }
        });
    }

    private List<Step> addRedirect(SubjectDecision.Redirect redirect, Source failed) {
        boolean isFenced = config.fencingOf(failed.vm().type()) == FencingMode.REQUIRED;
        Set<Integer> gates = isFenced ? offBefore(redirect, failed) : ImmutableSet.of();
        if (isTakeover(redirect, failed)) {
            gates = ImmutableSet.<Integer>builder()
                    .addAll(gates)
                    .add(requireNonNull(promotions.get(redirect.target())))
                    .build();
        }
        return addRedirects(redirect.owners(), redirect.target(), gates);
    }

    private List<Step> addRedirects(List<VmId> owners, VmId target, Set<Integer> gates) {
        owners.forEach(owner -> append(new Action.Redirect(owner, target), gates));
        return steps;
    }

    private List<Step> addShift(SubjectDecision.Shift shift) {
        Resources present = inventory.requireVm(shift.target()).allocation();
        Set<Integer> gates = present.equals(shift.targetAllocation())
                ? ImmutableSet.of()
                : ImmutableSet.of(append(
                        new Action.Reallocate(shift.target(), shift.targetHost(), shift.targetAllocation()),
                        ImmutableSet.of()));
        return addRedirects(shift.owners(), shift.target(), gates);
    }

    private List<Step> addFailback(SubjectDecision.Failback failback) {
        VirtualMachine vm = inventory.requireVm(failback.vm());
        boolean promotes = needsWriter(vm) && !facts.acceptsWrites(vm.id());
        Set<Integer> gone = goneServerOff(failback.vm());
        if (!promotes) {
            return add(new Action.Redirect(failback.vm(), failback.vm()), gone);
        }
        Set<Integer> gates = ImmutableSet.<Integer>builder()
                .addAll(stopWriting(failback.server()))
                .addAll(gone)
                .addAll(otherWritersOff(vm.id()))
                .build();
        int promoted = append(new Action.Promote(failback.vm()), gates);
        return add(new Action.Redirect(failback.vm(), failback.vm()), ImmutableSet.of(promoted));
    }

    /** What has to be off before requests move: the VM that failed, and whoever served them and is in no inventory any more. */
    private Set<Integer> offBefore(SubjectDecision.Redirect redirect, Source failed) {
        ImmutableSet.Builder<Integer> gates = ImmutableSet.builder();
        gates.addAll(confirmedOffBy(failed));
        redirect.owners().forEach(owner -> gates.addAll(goneServerOff(owner)));
        return gates.build();
    }

    /** Nobody can read or power off what is on a host that does not answer: the host itself is powered off. */
    private Set<Integer> goneServerOff(VmId owner) {
        Optional<HostId> lost = facts.lostHostOfGoneServer(owner);
        return lost.isPresent() && config.fencingOf(inventory.requireVm(owner).type()) == FencingMode.REQUIRED
                ? ImmutableSet.of(fence(lost.get()))
                : ImmutableSet.of();
    }

    private Set<Integer> otherWritersOff(VmId promoted) {
        return facts.lostHostsOfOtherWriters(promoted).stream().map(this::fence).collect(toImmutableSet());
    }

    @CanIgnoreReturnValue
    private int fence(HostId host) {
        return fences.computeIfAbsent(host, id -> append(new Action.FenceHost(id), ImmutableSet.of()));
    }

    @CanIgnoreReturnValue
    private int powerOff(VmId vm, HostId host) {
        return powerOffs.computeIfAbsent(vm, id -> append(new Action.PowerOff(id, host), ImmutableSet.of()));
    }

    /** The database that took over writes no more before another one may: demoted where it is well, confirmed off where not. */
    private Set<Integer> stopWriting(VmId server) {
        Optional<VirtualMachine> known = inventory.vm(server);
        if (known.isEmpty() || !facts.acceptsWrites(server) || facts.isConfirmedOff(server)) {
            return ImmutableSet.of();
        }
        Host host = inventory.hostOf(known.get());
        if (host.health() == HostHealth.UNREACHABLE) {
            return ImmutableSet.of(fence(host.id()));
        }
        if (!known.get().isServing()) {
            return ImmutableSet.of(powerOff(server, host.id()));
        }
        return ImmutableSet.of(append(new Action.Demote(server), ImmutableSet.of()));
    }

    private List<Step> addReclone(SubjectDecision.Reclone reclone, Source failed) {
        int clone = append(
                new Action.CloneFromTemplate(reclone.vm(), reclone.template(), reclone.host()), confirmedOffBy(failed));
        return add(new Action.PowerOn(reclone.vm(), reclone.host()), ImmutableSet.of(clone));
    }

    private List<Step> add(Action action, Set<Integer> gates) {
        append(action, gates);
        return steps;
    }

    /** Adds what confirms the machine off, once; nothing where its host is confirmed off, and it with it. */
    private void confirmOff(Source failed, Trigger trigger) {
        VmId id = failed.vm().id();
        Host host = failed.host();
        if (facts.isConfirmedOff(id)) {
            return;
        }
        switch (healthAfter(trigger, host)) {
            case DOWN -> {}
            case UNREACHABLE -> fence(host.id());
            case UP, DEGRADED -> powerOff(id, host.id());
        }
    }

    /** The inventory may, but need not, show the fault that the decision is about. */
    private HostHealth healthAfter(Trigger trigger, Host host) {
        if (facts.showsFaults()) {
            return host.health();
        }
        if (trigger == Trigger.HOST_DOWN) {
            return HostHealth.DOWN;
        }
        return trigger == Trigger.HOST_UNREACHABLE && host.health() != HostHealth.DOWN
                ? HostHealth.UNREACHABLE
                : host.health();
    }

    /** The step that confirms the machine off, if one is needed. */
    private Set<Integer> confirmedOffBy(Source failed) {
        Integer powerOff = powerOffs.get(failed.vm().id());
        Integer step = powerOff == null ? fences.get(failed.host().id()) : powerOff;
        return step == null ? ImmutableSet.of() : ImmutableSet.of(step);
    }

    private int append(Action action, Set<Integer> after) {
        int number = steps.size();
        steps.add(new Step(number, action, ImmutableSortedSet.copyOf(after)));
        return number;
    }
}
