import React, {Fragment, useEffect, useState} from 'react';
import {useSay} from '../i18n/say.tsx';
import {Button} from './button.tsx';

/** Browsers have no clipboard on pages without TLS; selecting and copying works there too. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

/** A command keeps its options whole: a line breaks between words, and at a hyphen only where the word fits no line. */
export function CommandText({text}: {text: string}) {
  return (
    <code>
      {text.split(/(\S*-\S*)/).map((piece, index) =>
        index % 2 === 1 ? (
          <span key={index} className="dr-word">
            {piece}
          </span>
        ) : (
          <Fragment key={index}>{piece}</Fragment>
        ),
      )}
    </code>
  );
}

export function Copyable({text, className = ''}: {text: string; className?: string}) {
  const say = useSay();
  return (
    <span className={`dr-copyable ${className}`}>
      <CommandText text={text} />
      <CopyButton text={text} label={say('copy.what', {text})} />
    </span>
  );
}

export function CopyButton({text, label, look = 'link'}: {text: string; label: string; look?: 'link' | 'quiet'}) {
  const say = useSay();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) {
      return undefined;
    }
    const timer = setTimeout(() => setCopied(false), 2500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <>
      <Button look={look} aria-label={label} onClick={() => void copy(text).then(() => setCopied(true))}>
        {say(isCopied ? 'copied' : 'copy')}
      </Button>
      <span className="dr-hidden" role="status">
        {isCopied ? say('copied') : ''}
      </span>
    </>
  );
}
