import React, {forwardRef, type ButtonHTMLAttributes} from 'react';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {look?: 'primary' | 'quiet' | 'danger' | 'link'};

/** Never of type submit: the System Console wraps every setting in its own form. */
export const Button = forwardRef<HTMLButtonElement, Props>(function Button(
  {look = 'quiet', className = '', ...rest},
  ref,
) {
  return <button ref={ref} type="button" className={`dr-button dr-button-${look} ${className}`} {...rest} />;
});
