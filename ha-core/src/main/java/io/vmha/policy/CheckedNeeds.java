package io.vmha.policy;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.VmId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which needs of which VMs a decision meets, and which VMs have failed by what it says. Confined to the thread that made it. */
final class CheckedNeeds {
    private enum Need {
        REQUESTS("where its requests go"),
        PLACE("where it runs"),
        ALLOCATION("what it is allocated");

        private final String words;

        Need(String words) {
            this.words = words;
        }
    }

    private record Decided(VmId vm, Need need) {}

    private static final SubjectDecision.Visitor<Optional<Decided>> NEED =
            new SubjectDecision.Visitor<Optional<Decided>>() {
                @Override
                public Optional<Decided> visitRedirect(SubjectDecision.Redirect redirect) {
                    return Optional.of(new Decided(redirect.vm(), Need.REQUESTS));
                }

                @Override
                public Optional<Decided> visitRestart(SubjectDecision.Restart restart) {
                    return Optional.of(new Decided(restart.vm(), Need.PLACE));
                }

                @Override
                public Optional<Decided> visitReclone(SubjectDecision.Reclone reclone) {
                    return Optional.of(new Decided(reclone.vm(), Need.PLACE));
                }

                @Override
                public Optional<Decided> visitReallocate(SubjectDecision.Reallocate reallocate) {
                    return Optional.of(new Decided(reallocate.vm(), Need.ALLOCATION));
                }

                @Override
                public Optional<Decided> visitShift(SubjectDecision.Shift shift) {
                    return Optional.of(new Decided(shift.vm(), Need.REQUESTS));
                }

                @Override
                public Optional<Decided> visitMigrate(SubjectDecision.Migrate migrate) {
                    return Optional.of(new Decided(migrate.vm(), Need.PLACE));
                }

                @Override
                public Optional<Decided> visitFailback(SubjectDecision.Failback failback) {
                    return Optional.of(new Decided(failback.vm(), Need.REQUESTS));
                }

                @Override
                public Optional<Decided> visitNoTarget(SubjectDecision.NoTarget noTarget) {
                    return Optional.empty();
                }

                @Override
                public Optional<Decided> visitBlocked(SubjectDecision.Blocked blocked) {
                    return Optional.empty();
                }

                @Override
                public Optional<Decided> visitIgnored(SubjectDecision.Ignored ignored) {
                    return Optional.empty();
                }
            };

    private static final SubjectDecision.Visitor<Optional<VmId>> FAILED =
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
                    return noTarget.trigger() == Trigger.LOAD ? Optional.empty() : Optional.of(noTarget.vm());
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

    private final Set<VmId> failing;
    private final boolean isSingle;
    private final Map<VmId, Set<Need>> met = new HashMap<>(0);

    CheckedNeeds(List<SubjectDecision> parts) {
        isSingle = parts.size() == 1;
        if (isSingle) {
            failing =
                    parts.get(0).accept(FAILED).<Set<VmId>>map(ImmutableSet::of).orElse(ImmutableSet.of());
        } else {
            failing = new HashSet<>();
            parts.forEach(part -> part.accept(FAILED).ifPresent(failing::add));
        }
    }

    /** Whether the decision itself is about that VM's failure. */
    boolean isFailing(VmId vm) {
        return failing.contains(vm);
    }

    /** Says that an earlier part met the same need; empty where none did. */
    Optional<String> repeated(SubjectDecision part) {
        return isSingle ? Optional.empty() : part.accept(NEED).flatMap(this::repeated);
    }

    private Optional<String> repeated(Decided decided) {
        Set<Need> before = met.getOrDefault(decided.vm(), ImmutableSet.of());
        if (before.contains(decided.need())) {
            return Optional.of("it is decided twice " + decided.need().words);
        }
        met.put(
                decided.vm(),
                before.isEmpty()
                        ? ImmutableSet.of(decided.need())
                        : ImmutableSet.<Need>builder()
                                .addAll(before)
                                .add(decided.need())
                                .build());
        return Optional.empty();
    }
}
