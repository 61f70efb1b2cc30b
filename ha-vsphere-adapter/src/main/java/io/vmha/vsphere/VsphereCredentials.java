package io.vmha.vsphere;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** A user and a password for one login. The adapter closes it after use, which overwrites the password. Not thread-safe. */
public final class VsphereCredentials implements AutoCloseable {
    private final String user;
    private final char[] password;

    /**
     * Makes one.
     *
     * @param user the user, such as {@code ha@vsphere.local}
     * @param password the password; copied, so that the caller can clear its own
     */
    public VsphereCredentials(String user, char[] password) {
        this.user = user;
        this.password = password.clone();
    }

    /**
     * Takes user and password from {@code VSPHERE_USER} and {@code VSPHERE_PASSWORD}.
     *
     * @param environment the variables, as {@link System#getenv()} has them
     * @throws IllegalArgumentException naming the variable that is missing or empty
     */
    public static VsphereCredentials fromEnvironment(Map<String, String> environment) {
        return new VsphereCredentials(
                required(environment, "VSPHERE_USER"),
                required(environment, "VSPHERE_PASSWORD").toCharArray());
    }

    private static String required(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .filter(value -> !value.isEmpty())
                .orElseThrow(
                        () -> new IllegalArgumentException("the environment variable " + variable + " is not set"));
    }

    String user() {
        return user;
    }

    char[] password() {
        return password;
    }

    /** Overwrites the password. */
    @Override
    public void close() {
        Arrays.fill(password, '\0');
    }

    /** Neither user nor password. */
    @Override
    public String toString() {
        return "VsphereCredentials";
    }
}
