package io.vmha.scenario;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Notes what a center refuses to be told. Confined to the scenario's thread. */
final class ToldCenter {
    private final String file;
    private int events;
    private Optional<RuntimeException> refusal = Optional.empty();

    ToldCenter(String file) {
        this.file = file;
    }

    /**
     * Lets an event happen; they come in the order of the file.
     *
     * @throws ScenarioException naming the event, if it cannot happen as things stand
     */
    void event(Runnable happening) {
        int index = events++;
        try {
            happening.run();
        } catch (IllegalArgumentException refused) {
            throw new ScenarioException(file + ": events[" + index + "]: " + refused.getMessage());
        }
    }

    /** What the center must take: that it refuses it is an error of the file. */
    void must(CompletionStage<?> answer) {
        String place = events == 0 ? "vms" : "events[" + (events - 1) + "]";
        CompletionStage<?> unused = answer.whenComplete((ok, thrown) -> {
            if (thrown != null && refusal.isEmpty()) {
                refusal = Optional.of(refusal(place, thrown));
            }
        });
    }

    private RuntimeException refusal(String place, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        String message = file + ": " + place + ": " + cause.getMessage();
        return cause instanceof IllegalArgumentException
                ? new ScenarioException(message)
                : new IllegalStateException(message, cause);
    }

    /** What the center may refuse, as an operator's call that comes too late. */
    void may(CompletionStage<?> answer) {
        CompletionStage<?> unused = answer.exceptionally(late -> null);
    }

    /**
     * Checks that nothing was refused that must not be.
     *
     * @throws ScenarioException naming the first event that was, and why
     * @throws IllegalStateException if the center failed
     */
    void check() {
        refusal.ifPresent(refused -> {
            throw refused;
        });
    }
}
