package io.vmha.guestmonitor;

/** A configuration file is refused; the message names the file, the place and what is wrong. */
final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(message);
    }
}
