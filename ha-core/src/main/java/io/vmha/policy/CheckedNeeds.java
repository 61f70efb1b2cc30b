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

    private static final SubjectDecision.Cases<Optional<Decided>> NEED = new SubjectDecision.Cases<>(
            redirect -> Optional.of(new Decided(redirect.vm(), Need.REQUESTS)),
            restart -> Optional.of(new Decided(restart.vm(), Need.PLACE)),
            reclone -> Optional.of(new Decided(reclone.vm(), Need.PLACE)),
            reallocate -> Optional.of(new Decided(reallocate.vm(), Need.ALLOCATION)),
            shift -> Optional.of(new Decided(shift.vm(), Need.REQUESTS)),
            migrate -> Optional.of(new Decided(migrate.vm(), Need.PLACE)),
            failback -> Optional.of(new Decided(failback.vm(), Need.REQUESTS)),
            noTarget -> Optional.empty(),
            blocked -> Optional.empty(),
            ignored -> Optional.empty());

    private static final SubjectDecision.Cases<Optional<VmId>> FAILED = new SubjectDecision.Cases<>(
            redirect -> Optional.of(redirect.vm()),
            restart -> Optional.of(restart.vm()),
            reclone -> Optional.of(reclone.vm()),
            reallocate -> Optional.empty(),
            shift -> Optional.empty(),
            migrate -> Optional.empty(),
            failback -> Optional.empty(),
            noTarget -> noTarget.trigger() == Trigger.LOAD ? Optional.empty() : Optional.of(noTarget.vm()),
            blocked -> Optional.empty(),
            ignored -> Optional.empty());

    private final Set<VmId> failing;
    private final boolean isSingle;
    private final Map<VmId, Set<Need>> met = new HashMap<>(0);

    CheckedNeeds(List<SubjectDecision> parts) {
        isSingle = parts.size() == 1;
        if (isSingle) {
            failing = parts.get(0).fold(FAILED).<Set<VmId>>map(ImmutableSet::of).orElse(ImmutableSet.of());
        } else {
            failing = new HashSet<>();
            parts.forEach(part -> part.fold(FAILED).ifPresent(failing::add));
        }
    }

    /** Whether the decision itself is about that VM's failure. */
    boolean isFailing(VmId vm) {
        return failing.contains(vm);
    }

    /** Says that an earlier part met the same need; empty where none did. */
    Optional<String> repeated(SubjectDecision part) {
        return isSingle ? Optional.empty() : part.fold(NEED).flatMap(this::repeated);
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
