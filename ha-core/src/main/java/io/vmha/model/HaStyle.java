package io.vmha.model;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.Var;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import javax.annotation.processing.Generated;
import org.immutables.value.Value;

/**
 * The one style of this library's generated values. The generated classes are seen in no signature: what a value is changed and
 * built by stands on its own type. They carry no annotation whose class a user does not have: his compiler would warn of it.
 *
 * @deprecated it was never meant for users' own types, for which nothing takes its place: give them a style of their own
 */
@Deprecated(since = "0.2.0", forRemoval = true)
@Target({ElementType.TYPE, ElementType.PACKAGE})
@Retention(RetentionPolicy.SOURCE)
@Value.Style(
        get = "*",
        visibilityString = "PACKAGE",
        overshadowImplementation = true,
        allowedClasspathAnnotations = {CanIgnoreReturnValue.class, Var.class, Generated.class})
public @interface HaStyle {}
