package io.vmha.detection;

/** What a second look at a machine showed whose monitor is silent. */
public enum SecondLook {
    /** Its guest shows signs of life: the monitor alone is silent, and the machine is left alone. */
    ALIVE,
    /** It is powered on, and nothing shows that its guest lives. */
    NO_SIGN_OF_LIFE,
    /** It is powered off. */
    OFF,
    /** Its host did not answer. */
    HOST_SILENT,
    /** It could not be told: the machine stays suspect, and the question is asked again. */
    UNKNOWN
}
