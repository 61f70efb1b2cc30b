package io.vmha.lab;

/** Says that a part of the lab did not do what the run needs. */
final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LabException(String message) {
        super(message);
    }
}
