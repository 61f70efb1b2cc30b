package io.vmha.scenario;

/** Says in one line what is wrong with a scenario file, and where. */
final class ScenarioException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScenarioException(String message) {
        super(OneLine.of(message));
    }
}
