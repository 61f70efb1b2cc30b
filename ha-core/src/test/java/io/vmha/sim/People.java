package io.vmha.sim;

import io.vmha.center.ManagementCenter;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What operators and the orchestrator tell centers. Who tells something tells it again to the next center where one died before it
 * answered; a later word about the same takes the place of an earlier one. Confined to the simulation's thread.
 */
final class People {
    private static final Duration ASKED_AGAIN = Duration.ofSeconds(5);

    /** One thing that is to be told. */
    private static final class Word {
        private final String about;
        private final Function<ManagementCenter, CompletionStage<?>> call;
        private final Consumer<RunningCenter> told;
        private final Runnable taken;
        private long toldTo;

        private Word(
                String about,
                Function<ManagementCenter, CompletionStage<?>> call,
                Consumer<RunningCenter> told,
                Runnable taken) {
            this.about = about;
            this.call = call;
            this.told = told;
            this.taken = taken;
        }
    }

    private final VirtualTime time;
    private final Trace trace;
    private final SimulatedCenters centers;
    /** Words about that are lost on their way, by a deliberate bug. */
    private final Set<String> lost;

    private final Map<String, Word> open = new LinkedHashMap<>();

    People(Stage stage, SimulatedCenters centers) {
        this.time = stage.time();
        this.trace = stage.trace();
        this.centers = centers;
        this.lost = switch (stage.mutation()) {
            case LAG_IGNORED -> Set.of("lag of");
            case REPAIR_IGNORED -> Set.of("repair of");
            case HOST_UP_IGNORED -> Set.of("host ");
            case MAINTENANCE_IGNORED -> Set.of("maintenance of");
            case DESIRED_STATE_IGNORED -> Set.of("desired state of");
            default -> Set.of();
        };
    }

    /** As below, where nothing follows from it that a center has taken it. */
    void say(String about, Function<ManagementCenter, CompletionStage<?>> call, Consumer<RunningCenter> told) {
        say(about, call, told, () -> {});
    }

    /**
     * Tells the center something, until one has taken it.
     *
     * @param about what a later word takes the place of
     * @param call the call
     * @param told runs whenever a center is told
     * @param taken runs when one says that it has taken it, and nothing else was said about that meanwhile
     */
    void say(
            String about,
            Function<ManagementCenter, CompletionStage<?>> call,
            Consumer<RunningCenter> told,
            Runnable taken) {
        Word word = new Word(about, call, told, taken);
        open.put(about, word);
        tell(word);
    }

    private void tell(Word word) {
        if (open.get(word.about) != word) {
            return;
        }
        RunningCenter center = centers.latest();
        if (center.center().isPresent() && center.believesToLead() && word.toldTo != center.epoch()) {
            word.toldTo = center.epoch();
            word.told.accept(center);
            var unused = call(word, center.center().get())
                    .whenComplete((answer, thrown) -> answered(word, Optional.ofNullable(thrown)));
        }
        time.schedule(ASKED_AGAIN, () -> tell(word));
    }

    private CompletionStage<?> call(Word word, ManagementCenter center) {
        return isLost(word) ? CompletableFuture.completedFuture(word.about) : word.call.apply(center);
    }

    private boolean isLost(Word word) {
        return lost.stream().anyMatch(word.about::startsWith);
    }

    private void answered(Word word, Optional<Throwable> thrown) {
        thrown.ifPresent(why -> trace.say(() -> word.about + " was refused: " + why));
        boolean isRefused =
                thrown.filter(IllegalArgumentException.class::isInstance).isPresent();
        if (thrown.isEmpty() || isRefused) {
            boolean isLatest = open.remove(word.about, word);
            if (isLatest && !isRefused && !isLost(word)) {
                word.taken.run();
            }
        } else {
            word.toldTo = 0;
        }
        thrown.filter(why -> String.valueOf(why.getMessage()).contains("ended by an error"))
                .ifPresent(why -> {
                    throw new Violation(4, "a center ended by an error: " + why.getCause());
                });
    }

    /** What was to be told does not hold any more. */
    void takeBack(String about) {
        open.remove(about);
    }

    /** What nobody has taken. */
    @Override
    public String toString() {
        return open.keySet().toString();
    }

    /** Whether everything was taken. */
    boolean isAllTaken() {
        return open.isEmpty();
    }

    /** Approves what is held now, at once or later. */
    void approveAll(Duration later) {
        centers.tellCurrent(center -> {
            var unused = center.plans()
                    .thenAccept(plans -> plans.stream()
                            .filter(plan -> plan.heldFor().isPresent())
                            .forEach(plan -> time.schedule(
                                    later, () -> approve(plan.plan().id()))));
        });
    }

    private void approve(PlanId plan) {
        centers.tellCurrent(center -> {
            var unused = center.approve(plan, "the simulation");
        });
    }

    /** Rejects what is held now. */
    void rejectAll() {
        centers.tellCurrent(center -> {
            var unused = center.plans()
                    .thenAccept(plans -> plans.stream()
                            .filter(plan -> plan.heldFor().isPresent())
                            .forEach(plan -> reject(center, plan.plan().id())));
        });
    }

    private static void reject(ManagementCenter center, PlanId plan) {
        var unused = center.reject(plan, "the simulation");
    }
}
