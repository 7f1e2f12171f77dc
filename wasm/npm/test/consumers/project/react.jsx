// React 19 sets what an element has as properties, and listens to its events by their names.
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

import 'aftershow/element';

window.answers = [];

function Page() {
  const [recent, setRecent] = useState(false);
  return (
    <>
      <button onClick={() => setRecent(true)}>Recent</button>
      <aftershow-list
        src="/pack/"
        item={82}
        n={recent ? 3 : 5}
        opinions
        options={recent ? { filter: { year: { min: 2012 } } } : null}
        onaftershow-answer={({ detail }) => window.answers.push(detail.answer)}
        onaftershow-feedback={({ detail }) => (window.feedback = detail.opinion)}
      />
    </>
  );
}

createRoot(document.body.appendChild(document.createElement('div'))).render(<Page />);
