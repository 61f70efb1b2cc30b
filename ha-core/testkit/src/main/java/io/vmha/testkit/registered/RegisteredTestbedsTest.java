package io.vmha.testkit.registered;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That there is anything to test: a service file with a mistake in its name would else skip all. */
class RegisteredTestbedsTest {

    @Test
    void atLeastOneTestbedIsRegistered() {
        assertThat(Registered.KINDS)
                .as("kinds of testbeds, of which one must be registered in META-INF/services")
                .anyMatch(kind -> Registered.count(kind) > 0);
    }
}
